"""Which column titles mean which field: a table of the titles that products and people write.

A line is a field, a rank and titles. Where several columns of a file can serve one field, the lowest rank does, and
the others stand in where its cell is empty: a mobile number before a general one before one at work, the first
e-mail address before the second. ``titles.alias`` compares titles without case, accents, punctuation, spaces,
plurals and words that change nothing, so one spelling stands for all.
"""

from typing import Final

WEAK_NAME: Final = 5
"""From this rank on a title of ``name`` is a stopgap (a nickname), and first and last name go before it."""

COMPANY_RANK: Final = 9
"""From this rank on a column is the last resort, and stands in for no other: a switchboard is many people's."""

ALIASES: Final[tuple[tuple[str, int, tuple[str, ...]], ...]] = (
    ("inbox_id", 0, ("inbox_id", "Channel ID", "渠道ID", "收件箱ID")),
    # -- name ------------------------------------------------------------------------------------------------
    ("name", 0, ("Full Name", "Name", "Contact Name", "Customer Name", "Client Name", "Display Name")),
    ("name", 0, ("姓名", "名称", "名字", "客户姓名", "客户名称", "联系人姓名", "全名")),
    ("name", 0, ("名稱", "客戶姓名", "客戶名稱", "聯絡人姓名", "氏名", "名前", "お名前", "顧客名")),
    ("name", 0, ("Nombre", "Nombre completo", "Nome", "Nome completo", "Nom", "Nom complet")),
    ("name", 0, ("Vollständiger Name", "Nama", "Nama lengkap", "Họ và tên", "Họ tên")),
    ("name", 0, ("이름", "성명", "고객명", "ชื่อ", "ชื่อ-นามสกุล", "Имя", "ФИО", "Полное имя")),
    ("name", 2, ("联系人", "聯絡人", "連絡人", "Contact", "Customer", "Client", "Contacto", "Kontakt")),
    ("name", WEAK_NAME, ("昵称", "暱稱", "ニックネーム", "Nickname")),
    ("first_name", 0, ("Name (First)", "Fname")),
    ("first_name", 0, ("First Name", "Given Name", "Forename", "名", "Prénom", "Vorname", "Primer nombre")),
    ("first_name", 0, ("Nama depan", "Tên", "ชื่อจริง")),
    ("middle_name", 0, ("Middle Name", "Additional Name", "Middle Initial", "Second Name", "Отчество")),
    ("middle_name", 0, ("Segundo nombre", "Zweiter Vorname", "Deuxième prénom", "中间名")),
    ("last_name", 0, ("Name (Last)", "Lname")),
    ("last_name", 0, ("Last Name", "Family Name", "Surname", "姓", "姓氏", "氏", "苗字", "Apellidos", "Apellido")),
    ("last_name", 0, ("Sobrenome", "Cognome", "Nom de famille", "Nachname", "Familienname")),
    ("last_name", 0, ("Nama belakang", "Họ", "성", "นามสกุล", "Фамилия")),
    # -- email -----------------------------------------------------------------------------------------------
    ("email", 0, ("E-mail", "E-mail Address", "E-mail ID", "Primary Email", "Contact Email", "Customer Email")),
    ("email", 0, ("邮箱", "电子邮箱", "邮箱地址", "邮件地址", "邮件", "电子邮件", "电邮")),
    ("email", 0, ("信箱", "電子郵件", "電子信箱", "電郵", "郵箱", "メール", "メールアドレス", "Eメール")),
    ("email", 0, ("Correo", "Correo electrónico", "Courriel", "Adresse e-mail", "Adresse mail")),
    ("email", 0, ("E-Mail-Adresse", "Endereço de e-mail", "Indirizzo e-mail", "Surel", "Alamat email")),
    ("email", 0, ("Địa chỉ email", "이메일", "이메일 주소", "อีเมล", "Почта", "Электронная почта")),
    ("email", 1, ("E-mail 1 - Value", "Email 1", "Mail")),
    ("email", 2, ("Personal Email", "Home Email", "Email Home")),
    ("email", 3, ("Work Email", "Business Email", "Email Work")),
    ("email", 5, ("E-mail 2 - Value", "E-mail 2 Address", "Email 2", "Secondary Email", "Other Email")),
    ("email", 6, ("E-mail 3 - Value", "E-mail 3 Address", "Email 3")),
    # -- phone_number: a mobile number, then a general one, then a place's ----------------------------------------
    ("phone_number", 0, ("Mobile", "Mobile Phone", "Mobile Number", "Mobile Phone Number", "Phone (mobile)")),
    ("phone_number", 0, ("Cell", "Mob", "Cell Phone", "Cellphone Number", "Cell Number")),
    ("phone_number", 0, ("手机", "手机号", "手机号码", "移动电话", "手機", "手機號碼", "行動電話")),
    ("phone_number", 0, ("携帯電話", "携帯番号", "携帯電話番号", "Móvil", "Teléfono móvil", "Celular")),
    ("phone_number", 0, ("Cellulare", "Portable", "Téléphone portable", "Handy", "Handynummer", "Mobil")),
    ("phone_number", 0, ("Mobilnummer", "Mobiltelefon", "Nomor HP", "No. HP", "Di động")),
    ("phone_number", 0, ("휴대폰", "휴대폰 번호", "휴대전화", "เบอร์มือถือ", "Мобильный", "Мобильный телефон")),
    ("phone_number", 1, ("WhatsApp", "WhatsApp Number", "Nomor WhatsApp", "No. WhatsApp")),
    ("phone_number", 2, ("Phone", "Phone Number", "Phone No.", "Telephone", "Telephone Number", "Tel", "Tel. No.")),
    ("phone_number", 2, ("Ph", "Primary Phone", "Contact Number", "Contact Phone", "Customer Phone")),
    ("phone_number", 2, ("电话", "电话号码", "联系电话", "電話", "電話號碼", "聯絡電話", "連絡電話", "電話番号")),
    ("phone_number", 2, ("Teléfono", "Número de teléfono", "Telefone")),
    ("phone_number", 2, ("Numéro de téléphone", "Telefon", "Telefonnummer", "Telepon", "Nomor telepon")),
    ("phone_number", 2, ("No. Telepon", "No. Telp", "Số điện thoại", "Điện thoại", "SĐT")),
    ("phone_number", 2, ("전화번호", "전화", "연락처", "เบอร์โทร", "เบอร์โทรศัพท์", "โทรศัพท์", "Телефон")),
    ("phone_number", 2, ("Номер телефона",)),
    ("phone_number", 3, ("Phone 1 - Value", "Phone 1", "联系方式", "聯絡方式", "連絡先")),
    ("phone_number", 5, ("Home Phone", "Phone (home)", "家庭电话", "住宅电话")),
    (
        "phone_number",
        6,
        ("Work Phone", "Phone (work)", "Business Phone", "Office Phone", "办公电话", "座机", "固定电话"),
    ),
    ("phone_number", 7, ("Phone 2 - Value", "Phone 2", "Default Address Phone", "Other Phone")),
    ("phone_number", 7, ("Home Phone 2", "Business Phone 2")),
    ("phone_number", 8, ("Phone 3 - Value", "Phone 3")),
    ("phone_number", COMPANY_RANK, ("Company Main Phone", "Company Phone", "公司电话", "公司電話")),
    # -- identifier: the customer's own id first, an old system's row number last ----------------------------------
    ("identifier", 0, ("Identifier", "External ID", "Unique External ID", "Unique ID", "唯一标识", "用户标识")),
    ("identifier", 1, ("User ID", "Customer ID", "Client ID", "Member ID", "Customer No.", "Customer Number")),
    ("identifier", 1, ("用户ID", "客户ID", "客户编号", "用户编号", "会员号", "会员编号", "会员ID")),
    ("identifier", 1, ("客戶ID", "客戶編號", "會員編號", "顧客ID", "顧客番号", "会員番号")),
    ("identifier", 1, ("ID cliente", "ID del cliente", "ID do cliente", "Código de cliente", "ID client")),
    ("identifier", 1, ("Kundennummer", "Kunden-ID", "Codice cliente", "ID pelanggan", "Mã khách hàng")),
    ("identifier", 1, ("고객 ID", "고객번호", "รหัสลูกค้า", "ID клиента")),
    ("identifier", 2, ("编号", "編號")),
    ("identifier", 4, ("Contact ID", "Record ID")),
    ("identifier", 5, ("id",)),
    # -- avatar_url ------------------------------------------------------------------------------------------
    ("avatar_url", 0, ("Avatar", "Avatar URL", "头像", "头像链接", "头像地址", "頭像", "アバター", "아바타")),
    ("avatar_url", 1, ("Photo", "Photo URL", "Picture", "Picture URL", "Image", "Image URL", "Foto")),
    ("avatar_url", 2, ("附件链接",)),
    # -- what a PATCH brings ---------------------------------------------------------------------------------
    ("additional_attributes.company_name", 0, ("Company", "Company Name", "Organization", "Organisation")),
    ("additional_attributes.company_name", 0, ("Organization Name", "Organization 1 - Name", "Account Name")),
    ("additional_attributes.company_name", 0, ("公司", "公司名称", "公司名", "企业名称", "公司名稱", "会社", "会社名")),
    ("additional_attributes.company_name", 0, ("Empresa", "Entreprise", "Société", "Firma", "Unternehmen")),
    ("additional_attributes.company_name", 0, ("Azienda", "Perusahaan", "Công ty", "회사", "회사명", "บริษัท")),
    ("additional_attributes.company_name", 0, ("Компания", "Организация")),
    ("additional_attributes.company_name", 3, ("Default Address Company",)),
    ("additional_attributes.city", 0, ("City", "城市", "都市", "Ciudad", "Cidade", "Ville", "Stadt", "Città")),
    ("additional_attributes.city", 0, ("Kota", "Thành phố", "도시", "เมือง", "Город")),
    ("additional_attributes.city", 3, ("Default Address City",)),
    ("additional_attributes.description", 0, ("Description", "Bio", "About", "简介", "描述")),
    ("additional_attributes.telegram", 0, ("Telegram", "Telegram ID", "Telegram Username")),
    ("additional_attributes.social_profiles.facebook", 0, ("Facebook", "Facebook URL", "Facebook Profile")),
    ("additional_attributes.social_profiles.github", 0, ("GitHub", "GitHub URL", "GitHub Username")),
    ("additional_attributes.social_profiles.instagram", 0, ("Instagram", "Instagram URL", "Instagram Handle")),
    ("additional_attributes.social_profiles.linkedin", 0, ("LinkedIn", "LinkedIn URL", "LinkedIn Profile")),
    ("additional_attributes.social_profiles.twitter", 0, ("Twitter", "Twitter ID", "Twitter Handle", "X (Twitter)")),
    ("additional_attributes.country", 0, ("Country", "Country/Region", "Country Name", "Nation")),
    ("additional_attributes.country", 0, ("国家", "国家/地区", "国别", "國家", "國別", "国", "国名")),
    ("additional_attributes.country", 0, ("País", "Pays", "Land", "Paese", "Nazione", "Kraj", "Ülke", "Negara")),
    ("additional_attributes.country", 0, ("Quốc gia", "국가", "ประเทศ", "Страна", "البلد", "الدولة", "Χώρα")),
    ("additional_attributes.country", 3, ("Default Address Country", "Mailing Country", "Billing Country")),
    ("additional_attributes.country", 3, ("Home Country/Region", "Business Country/Region", "Address 1 - Country")),
    ("additional_attributes.country_code", 0, ("Country Code", "国家代码", "國家代碼", "Ländercode")),
    ("additional_attributes.country_code", 3, ("Default Address Country Code",)),
)

NEVER: Final = ("fax", "传真", "傳真", "ファックス", "ファクス", "telecopie", "факс", "팩스", "โทรสาร")
"""A title with one of these in it, brackets included, is no field: a fax is not a phone number."""

SINGULARS: Final = (
    *(("sses", "ss"), ("ies", "y"), ("nummern", "nummer"), ("adressen", "adresse"), ("namen", "name")),
    *(("ss", "ss"), ("us", "us"), ("s", "")),
)
"""Endings of words, and what stands instead of them where one is meant."""

NUMBER_WORDS: Final = ("numbers?", "nummer", "numero", "num", "nos?", "nr", "号码", "號碼", "号", "號", "番号", "번호")
"""Words for a number at the end of a title: all are one, and of a phone number they may be missing."""

IDLE_FIRST: Final = (
    r"(?:your|my|the|customer'?s?|client'?s?|contact'?s?|member'?s?|guest'?s?|lead'?s?|primary|main|enter|please)\b(?=\s*\w)",
    "(?:客户|客戶|顾客|顧客|会员|會員|联系人|聯絡人|用户|用戶|学员|学生|员工|您的|你的|请输入|请填写)(?:的)?(?=\\w\\w)",
)
IDLE_LAST: Final = (
    r"\b(?:required|optional|mandatory|obligatorio|obligatoire|erforderlich|pflichtfeld|optionnel|opcional)",
    "(?:必填|选填|必填项|選填|必須|任意|필수)",
)
"""Words before and after a title that change nothing, as regular expressions."""

OWNER_RANK: Final = 2
"""From this rank on a title in brackets says whose a thing is, rather than what: ``Phone (Contact)``."""

NAMES_IN_CONTEXT: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("Nom", ("Prénom",), "last_name"),
    ("Name", ("Vorname",), "last_name"),
    ("Name", ("Surname", "Nachname"), "first_name"),
    ("Nombre", ("Apellidos", "Apellido"), "first_name"),
    ("Nome", ("Sobrenome", "Cognome"), "first_name"),
    ("名字", ("姓", "姓氏"), "first_name"),
    ("이름", ("성",), "first_name"),
    ("ชื่อ", ("นามสกุล",), "first_name"),
    ("Имя", ("Фамилия",), "first_name"),
)
"""A title of ``name`` that is a part of it beside one of the others, unless that part has a column already."""

OWN_COLUMNS: Final = {
    "import_error": "written by an earlier import",
    "contact_id": "LiveDesk's own number, written by an earlier import",
}
"""Titles, to the letter, of columns that the importer's own files bring along."""
