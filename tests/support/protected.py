"""Files with a password: workbooks as Office encrypts them, and ZIPs of either kind."""

import io
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha1
from pathlib import Path
from struct import pack, unpack_from

import openpyxl
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
from msoffcrypto.method.ecma376_standard import ECMA376Standard
from msoffcrypto.method.xor_obfuscation import DocumentXOR

from tests.support.biff import excel, record

PASSWORD = "s3same-of-test"
"""At most 15 letters, as the oldest way has it."""

Rows = tuple[tuple[str, ...], ...]
TABLE: Rows = (("Name", "Email"), ("Ann", "a@b.co"), ("Bo", "b@b.co"))


@cache
def workbook(rows: Rows = TABLE) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def encrypted(package: bytes, password: str = PASSWORD) -> bytes:
    """An Office file of 2007 and later as Excel encrypts it today (Agile)."""
    stream = io.BytesIO()
    OOXMLFile(io.BytesIO(package)).encrypt(password, stream)
    return stream.getvalue()


@cache
def protected_workbook(password: str = PASSWORD, rows: Rows = TABLE) -> bytes:
    return encrypted(workbook(rows), password)


def standard_workbook(password: str = PASSWORD) -> bytes:
    """A workbook as Excel 2007 encrypts it ([MS-OFFCRYPTO] 2.3.4.5, Standard)."""
    package, salt, verifier = workbook(), os.urandom(16), os.urandom(16)
    key = ECMA376Standard.makekey_from_password(password, 0x660E, 0x8004, 0x18, 128, 16, salt)

    def hidden(data: bytes) -> bytes:
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        return encryptor.update(data + bytes(-len(data) % 16)) + encryptor.finalize()

    header = pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + "AES\0".encode("utf-16-le")
    checked = pack("<I", 16) + salt + hidden(verifier) + pack("<I", 20) + hidden(sha1(verifier).digest())
    info = pack("<HHII", 4, 2, 0x24, len(header)) + header + checked
    stream = io.BytesIO()
    ECMA376Encrypted(pack("<Q", len(package)) + hidden(package), info).write_to(stream)
    return stream.getvalue()


_BEFORE_STREAM = 3 * 512
_NEVER_ENCRYPTED = (0x809, 0x2F, 0xE1)


def xor_workbook(path: Path, rows: Sequence[Sequence[object]], password: str = PASSWORD) -> None:
    """Write an .xls as Excel 95 and later obfuscate it for older programs ([MS-OFFCRYPTO] 2.3.7.2)."""
    content = excel(path, rows).read_bytes()
    plain = content[_BEFORE_STREAM:]
    begin = 4 + unpack_from("<H", plain, 2)[0]
    marked = record(0x2F, pack("<3H", 0, DocumentXOR.create_xor_key_method1(password), _verifier(password)))
    marked += record(0xE1, bytes(-(len(marked) + _end(plain)) % 4))  # what fills up the stream reads as records of 4
    plain = (plain[:begin] + marked + plain[begin:])[: len(plain)]
    array, found, at = DocumentXOR.create_xor_array_method1(password), bytearray(plain), 0
    while at + 4 <= len(plain) and plain[at : at + 2] != b"\0\0":
        kind, size = unpack_from("<2H", plain, at)
        for place in range(at + 4, at + 4 + size):
            if kind not in _NEVER_ENCRYPTED and not (kind == 0x85 and place < at + 8):
                turned = (plain[place] << 5 | plain[place] >> 3) & 0xFF
                found[place] = turned ^ array[(place + size) % 16]
        if kind == 0x85:  # where its sheet begins is never hidden, and the mark has moved it
            found[at + 4 : at + 8] = pack("<I", unpack_from("<I", plain, at + 4)[0] + len(marked))
        at += 4 + size
    path.write_bytes(content[:_BEFORE_STREAM] + bytes(found))


def _end(stream: bytes) -> int:
    """Where the last record ends."""
    at = 0
    while stream[at : at + 2] != b"\0\0":
        at += 4 + int(unpack_from("<H", stream, at + 2)[0])
    return at


def _verifier(password: str) -> int:
    found = next(number for number in range(1 << 16) if DocumentXOR.verifypw(password, number))
    return int(found)


class _Keys:
    """The three keys of ZIP's own encryption (APPNOTE 6.1)."""

    def __init__(self, password: bytes) -> None:
        self._keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self._update(byte)

    def _update(self, byte: int) -> None:
        first, second, third = self._keys
        first = _crc(first, byte)
        second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self._keys = [first, second, _crc(third, second >> 24)]

    def encrypted(self, data: bytes) -> bytes:
        found = bytearray()
        for byte in data:
            mask = (self._keys[2] & 0xFFFF) | 2
            found.append(byte ^ ((mask * (mask ^ 1)) >> 8 & 0xFF))
            self._update(byte)
        return bytes(found)


def _crc(before: int, byte: int) -> int:
    return zlib.crc32(bytes([byte]), before ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def protected_zip(members: Mapping[str, bytes], password: bytes) -> bytes:
    """A ZIP with members as ``zip --password`` encrypts them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            checksum = zlib.crc32(content)
            packer = zlib.compressobj(wbits=-15)
            packed = packer.compress(content) + packer.flush()
            head = os.urandom(11) + bytes([checksum >> 24])
            archive.writestr(name, _Keys(password).encrypted(head + packed))
            info = archive.infolist()[-1]
            info.flag_bits |= 1
            info.compress_type = zipfile.ZIP_DEFLATED
            info.CRC, info.file_size = checksum, len(content)
    return _with_local_headers(stream.getvalue())


def _with_local_headers(archive: bytes) -> bytes:
    """Write into each member's own header what the directory says of it."""
    found = bytearray(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as known:
        for info in known.infolist():
            at = info.header_offset
            found[at + 6 : at + 10] = info.flag_bits.to_bytes(2, "little") + info.compress_type.to_bytes(2, "little")
            found[at + 14 : at + 18] = info.CRC.to_bytes(4, "little")
            found[at + 22 : at + 26] = info.file_size.to_bytes(4, "little")
    return bytes(found)


def aes_zip(members: Mapping[str, bytes], password: bytes) -> bytes:
    """A ZIP with members as WinZip and 7-Zip encrypt them with AES."""
    from pyzipper import WZ_AES, AESZipFile

    stream = io.BytesIO()
    with AESZipFile(stream, "w", compression=zipfile.ZIP_DEFLATED, encryption=WZ_AES) as archive:
        archive.setpassword(password)
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()
