"""What may be uploaded: decided by content, in bounds, with a name that fits."""

import hashlib
import io
import stat
import zipfile

import pytest

from marketplace.files import sniffing
from marketplace.files.names import clean_name
from marketplace.files.sniffing import KINDS, BadFile, sniff
from tests.support.samples import OLE_HEAD, PNG, archive, office, pdf

GOOD = {
    "pdf": pdf(),
    "docx": office("word/document.xml"),
    "xlsx": office("xl/workbook.xml"),
    "pptx": office("ppt/presentation.xml"),
    "doc": OLE_HEAD,
    "xls": OLE_HEAD,
    "ppt": OLE_HEAD,
    "wps": OLE_HEAD,
    "ofd": archive({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b"<d/>"}),
    "zip": archive({"附件/一.pdf": pdf(), "附件/二.txt": "文字".encode()}),
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0" + bytes(20),
    "jpeg": b"\xff\xd8\xff\xe1" + bytes(20),
    "txt": "中文文本\n第二行".encode(),
    "csv": "单位,金额\n杭州,1".encode("gb18030"),
}


def test_the_table_of_good_files_names_every_kind() -> None:
    assert set(GOOD) == set(KINDS)


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_a_file_that_is_what_it_says_is_accepted(extension: str) -> None:
    assert sniff(extension, io.BytesIO(GOOD[extension])) == KINDS[extension].media_type


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_a_program_under_any_name_is_refused(extension: str) -> None:
    with pytest.raises(BadFile):
        sniff(extension, io.BytesIO(b"MZ\x90\x00\x03" + bytes(200)))


@pytest.mark.parametrize("extension", ["exe", "html", "svg", "js", "docm", "", "PDF"])
def test_kinds_off_the_list_are_refused(extension: str) -> None:
    with pytest.raises(BadFile, match="不支持"):
        sniff(extension, io.BytesIO(pdf()))


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_an_empty_file_is_refused(extension: str) -> None:
    with pytest.raises(BadFile, match="空"):
        sniff(extension, io.BytesIO(b""))


def test_an_office_file_under_the_name_of_another_is_refused() -> None:
    with pytest.raises(BadFile, match="不符"):
        sniff("xlsx", io.BytesIO(GOOD["docx"]))


def test_macros_are_refused() -> None:
    with pytest.raises(BadFile, match="宏"):
        sniff("docx", io.BytesIO(office("word/document.xml", **{"word/vbaProject.bin": b"x"})))


def test_a_zip_that_is_no_ofd_is_refused() -> None:
    with pytest.raises(BadFile, match="不符"):
        sniff("ofd", io.BytesIO(GOOD["zip"]))


BAD_ZIPS = {
    "absolute path": archive({"/etc/a.txt": b"x"}),
    "drive": archive({"C:/a.txt": b"x"}),
    "up and away": archive({"../a.txt": b"x"}),
    "backslashes": archive({"..\\a.txt": b"x"}),
    "program inside": archive({"a.exe": b"MZ"}),
    "zip inside": archive({"a.zip": archive({"b.txt": b"x"})}),
    "disguised inside": archive({"a.pdf": b"MZ not a pdf"}),
    "no extension": archive({"README": b"x"}),
    "bomb": archive({"a.txt": bytes(8 << 20)}, zipfile.ZIP_DEFLATED),
    "too many": archive({f"{n}.txt": b"x" for n in range(2001)}),
    "one name twice": archive({"a.txt": b"x", "A.TXT": b"y"}),
    "torn": archive({"a.txt": b"x" * 100})[:60],
}


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_dangerous_archives_are_refused(name: str) -> None:
    with pytest.raises(BadFile, match="压缩包|文件损坏"):
        sniff("zip", io.BytesIO(BAD_ZIPS[name]))


def test_the_larger_it_gets_the_less_it_may_be_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three megabytes packed about a hundred times."""
    lines = (hashlib.sha512(str(n).encode()).hexdigest().encode() for n in range(190))
    text = b"".join(line + b"0" * 16000 for line in lines)
    packed = archive({"a.txt": text}, zipfile.ZIP_DEFLATED)
    assert 50 < len(text) / len(packed) < 200
    sniff("zip", io.BytesIO(packed))
    monkeypatch.setattr(sniffing, "RATIOS", ((1 << 20, 200), (2 << 20, 50)))
    with pytest.raises(BadFile, match="解压后过大"):
        sniff("zip", io.BytesIO(packed))


def test_links_in_archives_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        link = zipfile.ZipInfo("a.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(link, "/etc/passwd")
    with pytest.raises(BadFile, match="结构异常"):
        sniff("zip", out)


def test_text_with_control_characters_is_no_text() -> None:
    with pytest.raises(BadFile):
        sniff("txt", io.BytesIO(b"abc\x00def"))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("方案 最终版.pdf", "方案 最终版.pdf"),
        ("C:\\fakepath\\方案.pdf", "方案.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("方案\u202egpj.pdf", "方案gpj.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ('a"b<c>.pdf', "abc.pdf"),
        ("noextension", ""),
        (".htaccess", ""),
        (None, ""),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
        ("x." + "y" * 200, ""),
    ],
)
def test_names_are_made_safe(raw: str | None, clean: str) -> None:
    assert clean_name(raw) == clean
