"""Titles to fields: every title that the importer claims to know, and who wins where several can serve."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.columns.aliases import ALIASES, NEVER
from importer.columns.titles import alias, column_letter, doubtful, title_key
from importer.errors import ConfigError, InputError
from importer.mapping import ColumnMapping, map_columns, render
from importer.models import Row


def mapped(
    titles: Sequence[str],
    overrides: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
) -> ColumnMapping:
    return map_columns(titles, overrides or {}, constants or {}, "ignore")


def field_of(title: str) -> str | None:
    """What a title is with nothing beside it but a column that tells of a person."""
    person = "identifier" if title_key(title) not in IDENTIFIERS else "email"
    return mapped([title, "¤ other"], {"¤ other": person}).columns[0].field


TITLES = {
    "name": """
        姓名, 名称, 名字, 客户姓名, 客户名称, 联系人, 联系人姓名, 昵称, 聯絡人, 氏名, 名前, お名前, Nombre,
        Nombre completo, Nome, Nome completo, Nom, Nom complet, Name, Vollständiger Name, Nama, Họ và tên, Họ tên,
        이름, ชื่อ, Имя, ФИО, name, Full Name, Nickname""",
    "first_name": "名, Prénom, Vorname, First Name, Given Name, FirstName, first_name",
    "middle_name": "Middle Name, Additional Name, middle_name, MiddleName, Отчество, Segundo nombre",
    "last_name": """
        姓, 氏, Apellidos, Sobrenome, Cognome, Nachname, Фамилия, Last Name, Family Name, LastName, last_name,
        Surname""",
    "email": """
        邮箱, 电子邮箱, 邮件地址, 邮件, 电邮, 信箱, 電子郵件, メール, メールアドレス, Correo, Correo electrónico,
        E-mail, Courriel, Adresse e-mail, E-Mail-Adresse, Surel, 이메일, อีเมล, Почта, Email, email,
        E-mail Address, E-mail 2 Address, Email Address, E-mail 1 - Value, E-mail 2 - Value""",
    "phone_number": """
        手机, 手机号, 手机号码, 电话, 电话号码, 联系电话, 联系方式, 手機, 電話, 電話番号, 携帯電話, Teléfono,
        Móvil, Celular, Telefone, Téléphone, Portable, Telefon, Handy, Mobil, Telepon, Nomor HP, No. HP,
        Số điện thoại, 전화번호, 휴대폰, เบอร์โทร, Телефон, WhatsApp, phone, Phone, phone_number, Phone Number,
        Mobile Phone Number, Mobile, MobilePhone, Mobile Phone, Primary Phone, Home Phone, Business Phone,
        Work Phone, Phone 1 - Value, Phone 2 - Value, Default Address Phone""",
    "identifier": """
        用户标识, 用户ID, 客户ID, 客户编号, 编号, 唯一标识, 会员号, 顧客ID, ID cliente, Kundennummer, External ID,
        User ID, Customer ID, external_id, Unique External ID, Record ID, Contact ID, Id, id, identifier""",
    "avatar_url": "头像, 头像链接, 头像地址, 附件链接, Avatar, Photo, Photo URL, Picture, Image URL, photo, avatar_url",
    "inbox_id": "inbox_id, inbox id, Channel ID",
    "additional_attributes.company_name": """Company, Company Name, Company name, company_name, Organization Name,
        Organization 1 - Name, organization, Account Name, Default Address Company""",
    "additional_attributes.description": "Description, 简介",
    "additional_attributes.social_profiles.twitter": "Twitter, Twitter ID, X (Twitter)",
    "additional_attributes.social_profiles.linkedin": "LinkedIn, LinkedIn URL",
    "additional_attributes.city": "City, city, Default Address City",
    "additional_attributes.country": "Country, country, Country/Region",
    "custom_attributes.plan": "custom_attributes.plan",
}
KNOWN = [(field, title.strip()) for field, titles in TITLES.items() for title in titles.split(",")]
IDENTIFIERS = {title_key(title) for field, title in KNOWN if field == "identifier"}


@pytest.mark.parametrize(("field", "title"), KNOWN, ids=[f"{field}-{title}" for field, title in KNOWN])
def test_every_title_of_the_sources_is_known(field: str, title: str) -> None:
    """Titles of other products and in other languages need no ``--map``."""
    assert field_of(title) == field


NO_FIELDS = """
        No., #, 序号, №, Fax, Fax Number, Business Fax, 传真, Phone (fax), 电话（传真）,
        Notes, Labels, Tags, TAGS, Title, Suffix, Job Title, Web Page, Group Membership,
        E-mail 1 - Label, E-mail 1 - Type, Phone 1 - Label, Phone 1 - Type, Username, User Name, 用户名, Phone Type,
        账号, 手机型号, Company Size, Contact Owner, Emails sent, Phone / Email, Name (Company), 联系人/电话,
        Create Date, Address, row,
        status, error_code, error, hint, http_status, attempts, contact_id, import_error, custom_attributes."""


@pytest.mark.parametrize("title", [title.strip() for title in NO_FIELDS.split(",")])
def test_other_titles_are_no_fields(title: str) -> None:
    """A running number is no identifier, a fax no phone, and what an earlier import wrote is nothing of a person."""
    assert field_of(title) is None


def test_an_alias_means_one_thing() -> None:
    """No title stands in the table twice, in any spelling that is the same, and none is ruled out by NEVER."""
    keys = [title_key(title) for _, _, titles in ALIASES for title in titles if "(" not in title]
    assert sorted(keys) == sorted(set(keys))
    assert not [key for key in keys if any(title_key(word) in key for word in NEVER)]


NEAR = {
    "name": "Names, Your name, Customer's Name, 会员姓名, 学生姓名*, 姓名 Name, Name/姓名, 姓名（必填）",
    "first_name": "First Names, Your First Name, 名（必填）, Name (First)",
    "last_name": "Last names, Surnames, Name (Last)",
    "email": """E-Mails, Emails, Email addresses, Emailadresse, E-Mail-Adressen, Correos electrónicos, Courriels,
        Your email, Customer e-mail, Main contact email, Email required, Email (必填), 邮箱 Email, Email/邮箱, 客户邮箱,
        您的邮箱, Email | メール, E-mail ID""",
    "phone_number": """Phone numbers, Phones, Telefonnummern, Tel.-Nr., Telefon-Nr., Handy Nr., Mobile No., Mobile #,
        Phone #, Phone (Contact), Teléfonos, Your phone number, Client phone, 客户电话, 会员手机号, 联系人手机,
        手机号 Phone, Phone/Mobile, Phone\n电话, 座机号码, WhatsApp Nr, Phone Number (optional)""",
    "identifier": "Customer #, Customer IDs, Customer Nr., Kunden-Nr., External IDs, 客户编号（必填）",
    "additional_attributes.company_name": "Companies, Company names, Organisations, 客户公司, 公司/Company",
    "additional_attributes.city": "Cities, Customer city, City / 城市",
    "additional_attributes.country": "Countries, Your country, 国家 Country, Country / 国家",
}
NEAR_MISSES = [(field, title.strip()) for field, titles in NEAR.items() for title in titles.split(",")]


@pytest.mark.parametrize(("field", "title"), NEAR_MISSES, ids=[f"{field}-{title}" for field, title in NEAR_MISSES])
def test_a_title_that_says_the_same_is_known(field: str, title: str) -> None:
    """By rule: plural, words for a number, words that change nothing, a second language; never by likeness."""
    found = alias(title)
    assert found is not None
    assert found[1] == field


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Phone / Email", "email and phone_number"),
        ("Name (Company)", "additional_attributes.company_name and name"),
        ("联系人/电话", "name and phone_number"),
    ],
)
def test_a_title_that_says_two_things_is_reported(title: str, fields: str) -> None:
    """It is used for neither, unless the content or an option decides."""
    (note,) = mapped([title, "id"]).notes
    first = fields.split()[0]
    assert note == f'"{title}" (A) says {fields}: not used; --map "{title}={first}" decides'
    assert mapped([title, "id"], {title: first}).notes == ()
    inferred = map_columns([title, "id"], {}, {}, "ignore", [Row(2, ("a@x.com", "7"))])
    assert (inferred.fields()["email"], inferred.notes) == (0, ())


def test_a_near_miss_stands_behind_the_title_itself() -> None:
    """A word in the way costs a rank."""
    assert mapped(["Your email", "Email"]).sources() == {"email": (1, 0)}
    assert mapped(["Your email", "Email"]).notes == ()


@given(st.text())
def test_any_title_is_read(title: str) -> None:
    """No text raises, and no title is both clear and in doubt."""
    assert not (alias(title) and doubtful(title))
    alias("your " * 500 + title)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E-mail Address", "email_address"),
        ("E-mail Address", "E-MAIL ADDRESS *"),
        ("Email", "Email (work)"),
        ("手机号", "手机号（必填）"),
        ("手机号", "* 手机号【必填】："),
        ("Email", "\ufeffEmail"),
        ("Email", "Ｅｍａｉｌ"),
        ("Email", " e-mail\u200b "),
        ("Teléfono", "TELEFONO"),
        ("Số điện thoại", "so dien thoai"),
        ("Имя", "ИМЯ"),
        ("Email", "[Email]"),
    ],
)
def test_titles_are_the_same_without_their_dress(one: str, other: str) -> None:
    """Case, accents, punctuation, spaces, a BOM, ``*`` and words in brackets make no difference."""
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("は", "ぱ"), ("ชือ", "ชื่อ"), ("성", "선")])
def test_marks_that_make_another_letter_count(one: str, other: str) -> None:
    """Dakuten, Thai tone marks and Hangul finals are no accents."""
    assert title_key(one) != title_key(other)


FILES = {
    "google": (
        "First Name,Middle Name,Last Name,Nickname,Organization Name,Photo,E-mail 1 - Label,E-mail 1 - Value,"
        "E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value",
        "first_name,middle_name,last_name,,additional_attributes.company_name,avatar_url,,email,,,phone_number,",
    ),
    "google before 2024": (
        "Name,Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value,Organization 1 - Name",
        "name,,,email,phone_number,additional_attributes.company_name",
    ),
    "outlook": (
        "First Name,Last Name,Title,E-mail Address,E-mail 2 Address,Primary Phone,Home Phone,Mobile Phone,Business Fax",
        "first_name,last_name,,email,,,,phone_number,",
    ),
    "hubspot": (
        "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Country/Region",
        "identifier,first_name,last_name,email,,phone_number,additional_attributes.country",
    ),
    "salesforce": (
        "Id,FirstName,LastName,Email,Phone,MobilePhone",
        "identifier,first_name,last_name,email,,phone_number",
    ),
    "zendesk": ("id,name,email,phone,external_id,photo", ",name,email,phone_number,identifier,avatar_url"),
    "freshdesk": ("Name,Email,Work Phone,Mobile Phone,Unique External ID", "name,email,,phone_number,identifier"),
    "shopify": (
        "Customer ID,First Name,Last Name,Email,Default Address Phone,Phone",
        "identifier,first_name,last_name,email,,phone_number",
    ),
    "chatwoot": (
        "id,name,first_name,last_name,email,phone_number,identifier",
        ",name,,,email,phone_number,identifier",
    ),
    "this importer's results": (
        "row,status,contact_id,error_code,error,hint,http_status,attempts,inbox_id,name,email,phone_number,identifier",
        ",,,,,,,,inbox_id,name,email,phone_number,identifier",
    ),
    "fields to the letter": ("Mobile,phone_number,Customer ID,identifier", ",phone_number,,identifier"),
    "french": ("Nom,Prénom", "last_name,first_name"),
    "french name alone": ("Nom,Courriel", "name,email"),
    "spanish": ("Nombre,Apellidos", "first_name,last_name"),
    "portuguese": ("Nome,Sobrenome", "first_name,last_name"),
    "italian": ("Cognome,Nome", "last_name,first_name"),
    "german": ("Name,Vorname", "last_name,first_name"),
    "german with all three": ("Name,Vorname,Nachname", "name,,"),
    "german surname only": ("Vorname,Nachname", "first_name,last_name"),
    "chinese": ("姓,名", "last_name,first_name"),
    "japanese": ("氏,名", "last_name,first_name"),
    "russian": ("Имя,Фамилия", "first_name,last_name"),
    "nickname beside parts": ("昵称,姓,名", ",last_name,first_name"),
    "nickname beside a name": ("昵称,姓名", ",name"),
}


@pytest.mark.parametrize(("titles", "fields"), FILES.values(), ids=FILES)
def test_files_of_other_products(titles: str, fields: str) -> None:
    """Of several columns the better one serves, and a name is read by what stands beside it."""
    mapping = mapped(titles.split(","))
    serving = [column.field if column.field and not column.place else "" for column in mapping.columns]
    assert serving == fields.split(",")
    assert mapping.notes == ()


STAND_INS = {
    "phones": ("Work Phone,Mobile,Name,Phone,Home Phone", {"phone_number": "Mobile,Phone,Home Phone,Work Phone"}),
    "emails": ("Email 2,Email,Work Email", {"email": "Email,Work Email,Email 2"}),
    "titles to the letter": ("Mobile,phone_number", {"phone_number": "phone_number,Mobile"}),
    "one rank": ("E-mail,邮箱", {"email": "E-mail,邮箱"}),
    "a switchboard stands in for nobody": ("Mobile,Company Phone", {"phone_number": "Mobile"}),
    "a switchboard alone": ("Name,Company Phone", {"name": "Name", "phone_number": "Company Phone"}),
    "numbers of two systems": ("id,external_id", {"identifier": "external_id"}),
    "parts behind a name": ("First Name,Name", {"first_name": "First Name", "name": "Name"}),
    "a nickname behind a name": ("Nickname,Name", {"name": "Name,Nickname"}),
    "companies": (
        "Name,Default Address Company,Company",
        {"additional_attributes.company_name": "Company,Default Address Company"},
    ),
}


@pytest.mark.parametrize(("titles", "sources"), STAND_INS.values(), ids=STAND_INS)
def test_columns_stand_in_for_the_better_one(titles: str, sources: dict[str, str]) -> None:
    """In the order of their ranks, and of one rank from the left; ids and switchboards stand in for nothing."""
    mapping = mapped(titles.split(","))
    found = {field: [mapping.columns[index].title for index in indexes] for field, indexes in mapping.sources().items()}
    for field, expected in sources.items():
        assert [
            title.startswith(start.strip("*")) for title, start in zip(found[field], expected.split(","), strict=True)
        ]


@pytest.mark.parametrize(
    ("titles", "notes"),
    [
        ("Mobile,Phone,Work Phone", ["", 'used where "Mobile" is empty', 'used where "Mobile" and "Phone" are empty']),
        ("Name,First Name", ["", 'used where "Name" is empty']),
        ("Nickname,Last Name,First Name", ['used where "Last Name" and "First Name" are empty', "", ""]),
        ("Nickname,Name,First Name", ['used where "Name" is empty', "", 'used where "Name" is empty']),
    ],
)
def test_a_column_that_stands_in_says_where(titles: str, notes: list[str]) -> None:
    """The mapping that is printed tells which column counts first."""
    columns = mapped(titles.split(",")).columns
    assert [column.note for column in columns] == notes
    assert [column.place > 0 for column in columns] == [note != "" for note in notes]


def test_nothing_stands_in_for_what_an_option_says() -> None:
    """``--map`` and ``--set`` are the user's word: the column of the title is left."""
    assert mapped(["Mobile", "Rufnummer"], {"Rufnummer": "phone_number"}).sources() == {"phone_number": (1,)}
    assert mapped(["Name", "Email"], constants={"email": "a@b.example"}).sources() == {"name": (0,)}
    assert mapped(["Nickname", "Vorname"], {"Nickname": "name"}).sources() == {"name": (0,)}


def test_a_column_that_was_passed_over_says_why() -> None:
    """The user sees which column serves instead."""
    mapping = mapped(["Name", "First Name", "id", "External ID", "Email", "import_error"], {"Name": "name"})
    assert [(column.how, column.note) for column in mapping.columns] == [
        ("option", ""),
        ("not used", "the full name is used"),
        ("not used", '"External ID" is used for identifier'),
        ("title", ""),
        ("title", ""),
        ("own column", "written by an earlier import"),
    ]


def test_columns_of_one_rank_are_a_warning() -> None:
    """The leftmost serves first, never silently: both titles are named, and the ``--map`` that decides otherwise."""
    mapping = mapped(["E-mail", "Name", "邮箱"])
    assert mapping.fields() == {"email": 0, "name": 1}
    assert mapping.notes == (
        '"E-mail" (A) and "邮箱" (C) can both be email: the first is used, the other where it is empty; '
        '--map "邮箱=email" takes the other',
    )
    assert mapped(["Email", "Email"]).notes == (
        '"Email" (A) and "Email#2" (B) can both be email: the first is used, the other where it is empty; '
        '--map "Email#2=email" takes the other',
    )


def test_an_option_takes_the_field() -> None:
    """``--map`` goes before every title, and finds a title to the letter or in another dress."""
    mapping = mapped(["Email", "Login", "Plan Type", "Mobile"], {"login *": "email", "Mobile": ""})
    assert mapping.titles_to_fields() == {"Login": "email"}
    assert [(column.how, column.note) for column in mapping.columns] == [
        ("not used", '"Login" is used for email'),
        ("option", ""),
        ("not used", ""),
        ("dropped", ""),
    ]


def test_a_part_of_a_name_by_option_goes_before_a_full_name_by_title() -> None:
    """What the user says is never passed over for what a title suggests."""
    assert mapped(["Name", "Rufname"], {"Rufname": "first_name"}).titles_to_fields() == {"Rufname": "first_name"}


def test_a_repeated_title_is_told_apart_by_its_number() -> None:
    """``Title#2`` is the second of its title."""
    assert mapped(["Tel", "tel", "Tel"], {"Tel#2": "phone_number"}).fields() == {"phone_number": 2}
    assert mapped(["Tel", "Tel"], {"Tel#1": "phone_number"}).titles_to_fields() == {"Tel": "phone_number"}
    assert mapped(["Tel", "Tel"], {"Tel#2": "phone_number"}).titles_to_fields() == {"Tel#2": "phone_number"}


def test_a_constant_goes_before_every_column() -> None:
    """``--set`` is for every row."""
    mapping = mapped(["Name", "Inbox ID"], constants={"inbox_id": "407"})
    assert mapping.constants == {"inbox_id": "407"}
    assert mapping.columns[1].note == "--set gives inbox_id to every row"
    assert mapping.fields() == {"name": 0}


@pytest.mark.parametrize(
    ("overrides", "constants", "message", "hint"),
    [
        ({"Mobil": "phone_number"}, {}, 'no column "Mobil"', '"Email", "Tel", "Tel"'),
        ({"Email": "mail"}, {}, 'no field "mail"', "did you mean email?"),
        ({"Email": "custom_attributes."}, {}, "no field", "custom_attributes.KEY"),
        ({"Email": "name", "Tel#1": "name"}, {}, "another --map gives name", "once"),
        ({"Email": "name", "e-mail": "email"}, {}, "has a --map already", "once"),
        ({"Tel": "phone_number"}, {}, "columns B, C are all titled", '"Tel#1"'),
        ({"Tel#3": "phone_number"}, {}, 'no column "Tel#3"', '"Tel"'),
        ({}, {"phone": "+123456789"}, 'no field "phone"', "did you mean phone_number?"),
        ({}, {"name": " "}, "no value", "--set name=VALUE"),
    ],
)
def test_a_wrong_option_is_refused(
    overrides: dict[str, str], constants: dict[str, str], message: str, hint: str
) -> None:
    """The message names the option, the hint what would be right."""
    with pytest.raises(ConfigError) as caught:
        mapped(["Email", "Tel", "Tel"], overrides, constants)
    assert message in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize("titles", [["Alice", "+8613800138000"], ["Alice", "City"], ["Alice", "", "import_error"]])
@pytest.mark.parametrize("extra", ["ignore", "custom"])
def test_a_file_without_a_person_is_refused(titles: list[str], extra: str) -> None:
    """Without a name, email, phone number or identifier there is nobody to import; the hint uses a real title."""
    with pytest.raises(InputError) as caught:
        map_columns(titles, {}, {}, "custom" if extra == "custom" else "ignore")
    assert all(f'"{title}"' in str(caught.value) for title in titles if title)
    assert '--map "Alice=email"' in caught.value.hint


def test_other_columns_can_become_custom_attributes() -> None:
    """Keys are in snake_case and unique; an untitled column and the importer's own stay out.

    A column that stands in has one for the rows where it does not.
    """
    titles = ["Email", "Plan Type", "plan-type", "PlanType", "套餐", "#", "", "import_error", "E-mail 2 - Value"]
    mapping = map_columns(titles, {"Plan Type": "custom_attributes.plan"}, {}, "custom")
    assert [column.field for column in mapping.columns] == [
        "email",
        "custom_attributes.plan",
        "custom_attributes.plan_type",
        "custom_attributes.plan_type_2",
        "custom_attributes.套餐",
        "custom_attributes.column_f",
        None,
        None,
        "email",
    ]
    assert [column.spare for column in mapping.columns] == [None] * 8 + ["custom_attributes.e_mail_2_value"]


@pytest.mark.parametrize(
    ("title", "cells", "field"),
    [
        ("ID", ["1", "2", "3"], None),
        ("编号", ["0", "1"], None),
        ("ID", ["1", "3"], "identifier"),
        ("ID", ["1"], "identifier"),
        ("identifier", ["1", "2", "3"], "identifier"),
    ],
)
def test_a_running_number_is_no_identifier(title: str, cells: list[str], field: str | None) -> None:
    """A column that merely counts says nothing of a person, unless it is titled as the field itself."""
    sample = [Row(number, (cell, "Ann")) for number, cell in enumerate(cells, 2)]
    column = map_columns([title, "Name"], {}, {}, "ignore", sample).columns[0]
    assert (column.field, column.note) == (field, "" if field else "merely counts the rows")


def test_the_mapping_is_shown_in_aligned_lines() -> None:
    """Letter, title, field, how; Chinese characters take two columns, and no control character reaches a terminal."""
    mapping = mapped(["姓名", "E-mail", "Fax\x1b[2J", "", "手机"], {"手机": "phone_number"}, {"inbox_id": "407"})
    assert render(mapping) == [
        "A  姓名        name",
        "B  E-mail      email",
        "C  Fax [2J     not used",
        "D  (no title)  not used",
        "E  手机        phone_number  option",
        "               inbox_id      --set: 407",
    ]


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_are_lettered_as_in_a_spreadsheet(index: int, letter: str) -> None:
    """XFD is the last column of an Excel sheet."""
    assert column_letter(index) == letter


def test_importing_the_mapping_is_cheap() -> None:
    """The libraries for phone numbers and addresses load with the normalizer, not with the mapping."""
    heavy = "'phonenumbers' in sys.modules or 'email_validator' in sys.modules"
    code = f"import sys; sys.path[:] = {sys.path!r}; import importer.mapping; sys.exit({heavy})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
