"""Small real files of each kind for uploads in tests."""

import io
import zipfile

OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def pdf(text: str = "sample") -> bytes:
    """A PDF as far as its head tells."""
    return b"%PDF-1.7\n" + text.encode() + b"\n%%EOF\n"


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return out.getvalue()


def office(main_part: str, **more: bytes) -> bytes:
    """An Office Open XML file with this main part."""
    return archive({"[Content_Types].xml": b"<Types/>", main_part: b"<x/>", **more})
