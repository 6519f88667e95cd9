"""Settings from the environment, checked at start with a plain message (配置)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LEAST_SECRET_LENGTH = 32


class BadSettings(SystemExit):
    """The program cannot start with these settings; the message says which and how to mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two installations."""

    database_url: str
    data_dir: Path
    secret_key: str
    base_url: str = "http://127.0.0.1:5000"
    demo: bool = False
    demo_password: str | None = None
    demo_mail: bool = False
    testing: bool = False
    mail_server: str | None = None
    mail_port: int = 25
    mail_username: str | None = None
    mail_password: str | None = None
    mail_use_tls: bool = False
    mail_use_ssl: bool = False
    mail_sender: str = "noreply@localhost"
    worker_interval: int = 10
    worker_lease: int = 30
    idle_minutes: int = 30
    privileged_idle_minutes: int = 15
    absolute_hours: int = 12
    password_days: int = 0
    upload_megabytes: int = 20
    argon2_memory_kib: int = 47_104
    proxies: int = 0
    page_seconds: int = 10
    audit_key: str | None = None
    footer: Mapping[str, str] = field(default_factory=dict)

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")


def make_data_dir(settings: Settings) -> None:
    """A new installation has no data directory yet; without one neither SQLite nor the files have a place."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings(f"DATA_DIR {settings.data_dir} cannot be made: {error.strerror}") from error


def _whole(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    raw = environment.get(name, "").strip()
    if not raw:
        return default
    if not raw.isascii() or not raw.isdigit() or not least <= int(raw) <= most:
        raise BadSettings(f"{name} must be a whole number from {least} to {most}, not {raw!r}")
    return int(raw)


def _yes(environment: Mapping[str, str], name: str) -> bool:
    raw = environment.get(name, "").strip().lower()
    if raw not in {"", "0", "1", "no", "yes", "false", "true", "off", "on"}:
        raise BadSettings(f"{name} must be 1 or 0, not {raw!r}")
    return raw in {"1", "yes", "true", "on"}


def _secret(environment: Mapping[str, str], demo: bool, data_dir: Path) -> str:
    secret = environment.get("SECRET_KEY", "")
    if demo and not secret:
        return _kept_demo_secret(data_dir)
    if len(secret) < LEAST_SECRET_LENGTH:
        raise BadSettings(
            f"SECRET_KEY is missing or shorter than {LEAST_SECRET_LENGTH} characters. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return secret


def _kept_demo_secret(data_dir: Path) -> str:
    path = data_dir / "demo-secret"
    if not path.exists():
        import secrets

        data_dir.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text().strip()


def _audit_key(environment: Mapping[str, str]) -> str | None:
    key = environment.get("AUDIT_KEY") or None
    if key and len(key) < LEAST_SECRET_LENGTH:
        raise BadSettings(f"AUDIT_KEY is shorter than {LEAST_SECRET_LENGTH} characters")
    return key


def _base_url(environment: Mapping[str, str]) -> str:
    url = environment.get("BASE_URL", "http://127.0.0.1:5000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise BadSettings(f"BASE_URL must look like https://host, not {url!r}")
    return url


FOOTER = {
    "FOOTER_SPONSOR": "sponsor",  # 主办单位
    "FOOTER_OPERATOR": "operator",  # 承办单位
    "FOOTER_PHONE": "phone",  # 联系电话
    "FOOTER_SITE_CODE": "site_code",  # 网站标识码
    "FOOTER_ICP": "icp",  # ICP备案号
    "FOOTER_POLICE": "police",  # 公网安备号
}


def settings_from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Reads and checks the environment. Raises BadSettings with a plain message."""
    env = os.environ if environment is None else environment
    demo = _yes(env, "DEMO")
    data_dir = Path(env.get("DATA_DIR") or ROOT / "data").expanduser().resolve()
    url = env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'marketplace.db'}"
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings("DATABASE_URL must begin with sqlite:/// or postgresql://")
    if not demo and env.get("DEMO_PASSWORD"):
        raise BadSettings("DEMO_PASSWORD is set but DEMO is not: remove it in production")
    if not demo and _yes(env, "DEMO_MAIL"):
        raise BadSettings("DEMO_MAIL is set but DEMO is not: remove it in production")
    return Settings(
        database_url=url,
        data_dir=data_dir,
        secret_key=_secret(env, demo, data_dir),
        base_url=_base_url(env),
        demo=demo,
        demo_password=env.get("DEMO_PASSWORD") or None,
        demo_mail=_yes(env, "DEMO_MAIL"),
        mail_server=env.get("MAIL_SERVER") or None,
        mail_port=_whole(env, "MAIL_PORT", 25, 1, 65535),
        mail_username=env.get("MAIL_USERNAME") or None,
        mail_password=env.get("MAIL_PASSWORD") or None,
        mail_use_tls=_yes(env, "MAIL_USE_TLS"),
        mail_use_ssl=_yes(env, "MAIL_USE_SSL"),
        mail_sender=env.get("MAIL_SENDER") or "noreply@localhost",
        worker_interval=_whole(env, "WORKER_INTERVAL", 10, 1, 3600),
        worker_lease=_whole(env, "WORKER_LEASE", 30, 3, 600),
        idle_minutes=_whole(env, "IDLE_MINUTES", 30, 2, 720),
        privileged_idle_minutes=_whole(env, "PRIVILEGED_IDLE_MINUTES", 15, 2, 720),
        absolute_hours=_whole(env, "ABSOLUTE_HOURS", 12, 1, 24),
        password_days=_whole(env, "PASSWORD_DAYS", 0, 0, 3650),
        upload_megabytes=_whole(env, "UPLOAD_MEGABYTES", 20, 1, 200),
        page_seconds=_whole(env, "PAGE_SECONDS", 10, 0, 60),
        audit_key=_audit_key(env),
        proxies=_whole(env, "TRUSTED_PROXIES", 0, 0, 5),
        footer={key: env[name] for name, key in FOOTER.items() if env.get(name)},
    )
