"""Which column titles mean which field: a table of the titles that products and people write.

A line is a field, a rank and titles. Where several columns of a file can serve one field, the lowest rank does, and
the others stand in where its cell is empty: a mobile number before a general one before one at work, the first
e-mail address before the second. ``titles.alias`` compares titles without case, accents, punctuation, spaces,
plurals and words that change nothing, so one spelling stands for all.
"""

from typing import Final

from importer.livedesk.contact import ADDITIONAL, CITY, COMPANY, COUNTRY, COUNTRY_CODE, SOCIAL_PROFILES
from importer.message import Message
from importer.normalizer.columns import PHONE_COUNTRY
from importer.titles import ERROR_TITLE

WEAK_NAME: Final = 5
"""From this rank on a title of ``name`` is a stopgap (a nickname), and first and last name go before it."""

COMPANY_RANK: Final = 9
"""From this rank on a column is the last resort, and stands in for no other: a switchboard is many people's."""


AREA_RANK: Final = 2
"""From this rank on a title of ``PHONE_COUNTRY`` may as well mean an area code: the cells decide."""

ALIASES: Final[tuple[tuple[str, int, tuple[str, ...]], ...]] = (
    ("inbox_id", 0, ("inbox_id", "Channel ID", "渠道ID", "收件箱ID")),
    # -- name ------------------------------------------------------------------------------------------------
    ("name", 0, ("Full Name", "Name", "Contact Name", "Customer Name", "Client Name", "Display Name")),
    ("name", 0, ("User Full Name", "First and Last Name", "Name and Surname", "Name Surname", "Person Name")),
    ("name", 0, ("Subscriber Name", "姓名", "名称", "名字", "客户姓名", "客户名称", "客户名", "联系人姓名")),
    ("name", 0, ("联系人名称", "全名", "真实姓名", "中文名", "中文姓名", "用户姓名", "名稱", "客戶姓名", "客戶名稱")),
    ("name", 0, ("聯絡人姓名", "氏名", "名前", "お名前", "ご氏名", "顧客名", "お客様名", "会員名", "フルネーム")),
    ("name", 0, ("이름", "성명", "성함", "고객명", "Nombre", "Nombre completo", "Nombre y apellidos")),
    ("name", 0, ("Nombre y apellido", "Apellidos y nombre", "Nome", "Nome completo", "Nome e sobrenome")),
    ("name", 0, ("Nome e cognome", "Cognome e nome", "Nominativo", "Nom", "Nom complet", "Nom et prénom")),
    ("name", 0, ("Nom Prénom", "Prénom et nom", "Prénom Nom", "Nom client", "Vollständiger Name", "Kundenname")),
    ("name", 0, ("Vor- und Nachname", "Vor- und Zuname", "Name, Vorname", "Naam", "Volledige naam", "Klantnaam")),
    ("name", 0, ("Navn", "Fulde navn", "Fullt navn", "Kundenavn", "Namn", "Fullständigt namn", "Kundnamn", "Nimi")),
    ("name", 0, ("Koko nimi", "Asiakkaan nimi", "Név", "Teljes név", "Ügyfél neve", "Imię i nazwisko")),
    ("name", 0, ("Nazwa klienta", "Jméno", "Celé jméno", "Jméno a příjmení", "Meno", "Meno a priezvisko", "Nume")),
    ("name", 0, ("Nume complet", "Nume și prenume", "Nume client", "İsim", "Ad Soyad", "Adı Soyadı", "İsim Soyisim")),
    ("name", 0, ("Adı ve soyadı", "Müşteri adı", "Όνομα", "Ονοματεπώνυμο", "Πλήρες όνομα", "Όνομα πελάτη", "Имя")),
    ("name", 0, ("ФИО", "Полное имя", "Имя и фамилия", "Ім'я", "ПІБ", "Повне ім'я", "Ім'я та прізвище", "Nama")),
    ("name", 0, ("Nama lengkap", "Nama penuh", "Nama pelanggan", "Pangalan", "Buong pangalan", "Họ và tên")),
    ("name", 0, ("Họ tên", "Tên khách hàng", "ชื่อ", "ชื่อ-นามสกุล", "ชื่อ-สกุล", "ชื่อลูกค้า", "नाम", "पूरा नाम")),
    ("name", 0, ("ग्राहक का नाम", "الاسم", "الاسم الكامل", "الاسم بالكامل", "اسم العميل", "שם", "שם מלא", "שם לקוח")),
    ("name", 0, ("שם הלקוח", "نام", "نام کامل", "نام و نام خانوادگی", "نام مشتری")),
    ("name", 2, ("联系人", "聯絡人", "連絡人", "Contact", "Contact Person", "Customer", "Client", "Contacto")),
    ("name", 2, ("Kontakt", "Cliente", "Persona de contacto", "Contato", "Contatto", "Referente", "Kunde")),
    ("name", 2, ("Ansprechpartner", "Kontaktperson", "Klant", "Contactpersoon", "Klient", "Клиент", "Контакт")),
    ("name", 2, ("Контактное лицо", "担当者名", "担当者", "Khách hàng", "Người liên hệ", "العميل", "客户", "客戶")),
    ("name", 2, ("收件人", "收货人")),
    ("name", 3, ("Billing Name", "Recipient Name", "英文名", "英文姓名", "English Name")),
    ("name", 4, ("Shipping Name",)),
    ("name", WEAK_NAME, ("昵称", "暱稱", "ニックネーム", "Nickname", "Preferred Name", "닉네임", "Apodo", "Surnom")),
    ("first_name", 0, ("Name (First)", "Fname", "First Name", "Given Name", "Forename", "Christian Name", "名")),
    ("first_name", 0, ("Prénom", "Vorname", "Primer nombre", "Nombre de pila", "Primeiro nome", "Voornaam")),
    ("first_name", 0, ("Fornavn", "Förnamn", "Etunimi", "Keresztnév", "Utónév", "Imię", "Křestní jméno")),
    ("first_name", 0, ("Krstné meno", "Prenume", "Ad", "Adı", "Nama depan", "Nama pertama", "Unang pangalan", "Tên")),
    ("first_name", 0, ("ชื่อจริง", "पहला नाम", "प्रथम नाम", "الاسم الأول", "שם פרטי", "نام کوچک")),
    ("first_name", 3, ("Billing First Name", "Shipping First Name")),
    ("middle_name", 0, ("Middle Name", "Additional Name", "Middle Initial", "Second Name", "Отчество")),
    ("middle_name", 0, ("По батькові", "Segundo nombre", "Zweiter Vorname", "Deuxième prénom", "中间名")),
    ("middle_name", 0, ("Tussenvoegsel", "Mellemnavn", "Mellomnavn", "Nome do meio", "Secondo nome")),
    ("middle_name", 0, ("Gitnang pangalan", "اسم الأب", "Weitere Vornamen")),
    ("last_name", 0, ("Name (Last)", "Lname", "Last Name", "Family Name", "Surname", "姓", "姓氏", "氏", "苗字")),
    ("last_name", 0, ("성", "Apellidos", "Apellido", "Primer apellido", "Sobrenome", "Último nome", "Cognome")),
    ("last_name", 0, ("Nom de famille", "Nachname", "Familienname", "Zuname", "Achternaam", "Familienaam")),
    ("last_name", 0, ("Efternavn", "Etternavn", "Efternamn", "Sukunimi", "Vezetéknév", "Családnév", "Nazwisko")),
    ("last_name", 0, ("Příjmení", "Priezvisko", "Nume de familie", "Soyad", "Soyadı", "Soyisim", "Επώνυμο")),
    ("last_name", 0, ("Επίθετο", "Фамилия", "Прізвище", "Nama belakang", "Nama keluarga", "Apelyido", "Họ")),
    ("last_name", 0, ("นามสกุล", "สกุล", "अंतिम नाम", "उपनाम", "कुलनाम", "اسم العائلة", "اللقب", "שם משפחה")),
    ("last_name", 0, ("نام خانوادگی",)),
    ("last_name", 3, ("Billing Last Name", "Shipping Last Name")),
    # -- email -----------------------------------------------------------------------------------------------
    ("email", 0, ("E-mail", "E-mail Address", "E-mail ID", "Primary Email", "Contact Email", "Customer Email")),
    ("email", 0, ("User Email", "邮箱", "电子邮箱", "邮箱地址", "邮件地址", "邮件", "电子邮件", "电子邮箱地址")),
    ("email", 0, ("电子邮件地址", "电邮", "E-mail地址", "信箱", "電子郵件", "電子郵件地址", "電子信箱", "電郵")),
    ("email", 0, ("電郵地址", "郵箱", "メール", "メールアドレス", "Eメール", "Eメールアドレス", "E-mailアドレス")),
    ("email", 0, ("電子メール", "電子メールアドレス", "メアド", "이메일", "이메일 주소", "메일", "메일 주소")),
    ("email", 0, ("전자우편", "전자메일", "Correo", "Correo electrónico", "Dirección de correo electrónico")),
    ("email", 0, ("Dirección de correo", "Dirección de e-mail", "Courriel", "Adresse e-mail", "Adresse mail")),
    ("email", 0, ("Adresse courriel", "Correo-e", "Adresse électronique", "Adresse de messagerie", "E-Mail-Adresse")),
    ("email", 0, ("Mailadresse", "Endereço de e-mail", "Correio eletrónico", "Indirizzo e-mail")),
    ("email", 0, ("Posta elettronica", "E-mailadres", "Mailadres", "E-post", "E-postadress", "E-postadresse")),
    ("email", 0, ("Mejl", "Mailadress", "Sähköposti", "Sähköpostiosoite", "E-mail cím", "Adres e-mail")),
    ("email", 0, ("E-mailová adresa", "E-mail adresa", "Adresă de e-mail", "E-posta", "E-posta adresi")),
    ("email", 0, ("Mail adresi", "Ηλεκτρονικό ταχυδρομείο", "Διεύθυνση email", "Ηλεκτρονική διεύθυνση", "Почта")),
    ("email", 0, ("Электронная почта", "Эл. почта", "Адрес электронной почты", "Емейл", "Имейл", "Пошта")),
    ("email", 0, ("Електронна пошта", "Ел. пошта", "Електронна адреса", "Surel", "Alamat email", "Alamat surel")),
    ("email", 0, ("E-mel", "Alamat e-mel", "Địa chỉ email", "Thư điện tử", "อีเมล", "อีเมล์", "ที่อยู่อีเมล", "ईमेल")),
    ("email", 0, ("ईमेल पता", "البريد الإلكتروني", "بريد إلكتروني", "عنوان البريد الإلكتروني", "الإيميل", "אימייל")),
    ("email", 0, ("מייל", 'דוא"ל', "דואר אלקטרוני", "כתובת אימייל", "כתובת מייל", "ایمیل", "آدرس ایمیل")),
    ("email", 0, ("پست الکترونیک",)),
    ("email", 1, ("E-mail 1 - Value", "Email 1", "Mail", "Mail Address")),
    ("email", 2, ("个人邮箱", "私人邮箱", "個人郵箱")),
    ("email", 3, ("工作邮箱", "企业邮箱", "公司邮箱", "单位邮箱", "工作郵箱", "公司郵箱")),
    ("email", 2, ("Personal Email", "Home Email", "Email Home", "E-Mail privat", "Email personal")),
    ("email", 3, ("Work Email", "Business Email", "Email Work", "E-Mail geschäftlich", "Billing Email")),
    ("email", 3, ("Account Email",)),
    ("email", 5, ("E-mail 2 - Value", "E-mail 2 Address", "Email 2", "Secondary Email", "Other Email")),
    ("email", 5, ("Alternate Email", "E-Mail 2: Adresse", "Adresse e-mail 2", "Dirección de correo electrónico 2")),
    ("email", 5, ("电子邮件 2 地址", "Adresse de messagerie 2", "Dirección del correo electrónico 2")),
    ("email", 6, ("E-mail 3 - Value", "E-mail 3 Address", "Email 3", "E-Mail 3: Adresse", "Adresse e-mail 3")),
    ("email", 6, ("Dirección de correo electrónico 3", "电子邮件 3 地址", "Adresse de messagerie 3")),
    ("email", 6, ("Dirección del correo electrónico 3", "Additional Email Addresses")),
    # -- phone_number: a mobile number, then a general one, then a place's -----------------------------------
    ("phone_number", 0, ("Mobile", "Mobile Phone", "Mobile Number", "Mobile Phone Number", "Phone (mobile)", "Cell")),
    ("phone_number", 0, ("Mob", "Cell Phone", "Cellphone Number", "Cell Number", "Handphone", "HP", "GSM")),
    ("phone_number", 0, ("Mobile Telephone", "手机", "手机号", "手机号码", "移动电话", "移动电话号码", "联系手机")),
    ("phone_number", 0, ("手機", "手機號碼", "行動電話", "携帯", "携帯電話", "携帯番号", "携帯電話番号", "휴대폰")),
    ("phone_number", 0, ("휴대폰 번호", "휴대전화", "핸드폰", "Móvil", "Teléfono móvil", "Tel. móvil", "Celular")),
    ("phone_number", 0, ("Teléfono celular", "Telefone celular", "Telefone móvel", "Telemóvel", "Cellulare")),
    ("phone_number", 0, ("Telefono cellulare", "Tel. cellulare", "Portable", "Téléphone portable")),
    ("phone_number", 0, ("Téléphone mobile", "Tél. mobile", "Tél. portable", "Handy", "Handynummer", "Mobil")),
    ("phone_number", 0, ("Mobilnummer", "Mobiltelefon", "Telefon mobil", "Mobilfunk", "Mobilfunknummer", "Mobiel")),
    ("phone_number", 0, ("Mobiele telefoon", "Telefoon mobiel", "Matkapuhelin", "Matkapuhelinnumero", "Kännykkä")),
    ("phone_number", 0, ("Telefon komórkowy", "Numer telefonu komórkowego", "Komórka", "Tel. kom.")),
    ("phone_number", 0, ("Mobilní telefon", "Mobilný telefón", "Mobilszám", "Cep telefonu", "Cep", "Cep tel.")),
    ("phone_number", 0, ("Κινητό", "Κινητό τηλέφωνο", "Мобильный", "Мобильный телефон", "Моб. телефон")),
    ("phone_number", 0, ("Номер моб. телефона", "Сотовый", "Сотовый телефон", "Мобільний", "Мобільний телефон")),
    ("phone_number", 0, ("Nomor HP", "No. HP", "Ponsel", "Telefon bimbit", "Di động", "Điện thoại di động")),
    ("phone_number", 0, ("เบอร์มือถือ", "มือถือ", "โทรศัพท์มือถือ", "मोबाइल", "मोबाइल नंबर", "الجوال", "جوال", "الموبايل")),
    ("phone_number", 0, ("الهاتف المحمول", "الهاتف الجوال", "נייד", "טלפון נייד", "סלולרי", "موبایل", "تلفن همراه")),
    ("phone_number", 0, ("همراه",)),
    ("phone_number", 0, ("Mobil privat", "Handy privat", "Mobil geschäftlich", "Handy geschäftlich")),
    ("phone_number", 0, ("Diensthandy", "本人手机", "本人电话", "ケータイ")),
    ("phone_number", 1, ("WhatsApp", "WhatsApp Number", "Nomor WhatsApp", "No. WhatsApp", "No. WA", "واتساب")),
    ("phone_number", 1, ("WhatsApp Phone Number",)),
    ("phone_number", 2, ("Phone", "Phone Number", "Phone No.", "Telephone", "Telephone Number", "Tel", "Tel. No.")),
    ("phone_number", 2, ("Ph", "Primary Phone", "Contact Number", "Contact Phone", "Customer Phone", "User Phone")),
    ("phone_number", 2, ("电话", "电话号码", "联系电话", "联系号码", "電話", "電話號碼", "聯絡電話", "連絡電話")),
    ("phone_number", 2, ("電話番号", "お電話番号", "전화번호", "전화", "연락처", "Teléfono", "Telefone", "Fone")),
    ("phone_number", 2, ("Telefon", "Rufnummer", "Telefoon", "Tlf", "Puhelin", "Puh.", "Puhelinnumero")),
    ("phone_number", 2, ("Telefonszám", "Telefonní číslo", "Telefónne číslo", "Numer telefonu", "Nr telefonu")),
    ("phone_number", 2, ("Telefon numarası", "Τηλέφωνο", "Αριθμός τηλεφώνου", "Телефон", "Номер телефона")),
    ("phone_number", 2, ("Контактный телефон", "Контактный номер", "Контактный номер телефона", "Номер телефону")),
    ("phone_number", 2, ("Telepon", "No. Telp", "Telepono", "Numero ng telepono", "Số điện thoại", "Điện thoại")),
    ("phone_number", 2, ("SĐT", "Số ĐT", "เบอร์โทร", "เบอร์โทรศัพท์", "โทรศัพท์", "เบอร์ติดต่อ", "फोन", "फ़ोन", "फोन नंबर")),
    ("phone_number", 2, ("फ़ोन नंबर", "الهاتف", "هاتف", "تليفون", "טלפון", "تلفن", "شماره تماس", "Haupttelefon")),
    ("phone_number", 2, ("Téléphone principal", "Teléfono principal", "主要电话")),
    ("phone_number", 3, ("Phone 1 - Value", "Phone 1", "联系方式", "聯絡方式", "連絡先", "Billing Phone")),
    ("phone_number", 3, ("Daytime Phone",)),
    ("phone_number", 5, ("Home Phone", "Phone (home)", "Landline", "家庭电话", "住宅电话", "自宅電話")),
    ("phone_number", 5, ("Telefon privat", "Festnetz", "Teléfono particular", "Teléfono fijo", "Téléphone fixe")),
    ("phone_number", 5, ("Téléphone (domicile)", "Telefone fixo", "Telefone residencial", "Telefono fisso")),
    ("phone_number", 5, ("Telefono casa", "Домашний телефон")),
    (
        "phone_number",
        6,
        ("Work Phone", "Phone (work)", "Business Phone", "Office Phone", "办公电话", "座机"),
    ),
    ("phone_number", 6, ("固定电话", "固话", "单位电话", "商务电话", "勤務先電話", "Telefon (geschäftlich)")),
    ("phone_number", 6, ("Telefon geschäftlich", "Telefon dienstlich", "Teléfono del trabajo", "Téléphone (bureau)")),
    ("phone_number", 6, ("Téléphone professionnel", "Telefone comercial", "Telefono ufficio", "Рабочий телефон")),
    ("phone_number", 7, ("Phone 2 - Value", "Phone 2", "Default Address Phone", "Other Phone", "Shipping Phone")),
    ("phone_number", 7, ("Home Phone 2", "Business Phone 2", "Telefon (privat 2)", "Telefon geschäftlich 2")),
    ("phone_number", 7, ("Téléphone 2 (domicile)", "Téléphone 2 (bureau)", "Teléfono del trabajo 2")),
    ("phone_number", 7, ("Teléfono particular 2", "住宅电话 2", "商务电话 2", "Weiteres Telefon", "Autre téléphone")),
    ("phone_number", 7, ("Otro teléfono", "其他电话", "Téléphone (autre)", "Téléphone (voiture)")),
    ("phone_number", 7, ("Telefon (andere)",)),
    ("phone_number", 8, ("Phone 3 - Value", "Phone 3")),
    ("phone_number", COMPANY_RANK, ("Company Main Phone", "Company Phone", "公司电话", "公司電話", "单位主要电话")),
    ("phone_number", COMPANY_RANK, ("Telefon Firma", "Téléphone société", "Teléfono principal de la empresa")),
    ("phone_number", COMPANY_RANK, ("公司主要电话",)),
    # -- identifier: the customer's own id first, an old system's row number last ----------------------------
    ("identifier", 0, ("Identifier", "External ID", "Unique External ID", "Unique ID", "唯一标识", "用户标识")),
    ("identifier", 0, ("外部ID", "외부 ID")),
    ("identifier", 1, ("User ID", "Customer ID", "Client ID", "Member ID", "Customer No.", "Customer Number")),
    ("identifier", 1, ("Customer Code", "Customer Reference", "Client Code", "Client No.", "Membership Number")),
    ("identifier", 1, ("Member No.", "Subscriber ID", "Person ID", "Student ID", "Patient ID", "Employee ID")),
    ("identifier", 1, ("Guest ID", "Buyer ID", "用户ID", "客户ID", "客户编号", "客户编码", "客户代码", "客户号")),
    ("identifier", 1, ("用户编号", "会员号", "会员编号", "会员ID", "会员卡号", "客戶ID", "客戶編號", "會員編號")),
    ("identifier", 1, ("會員ID", "顧客ID", "顧客番号", "顧客コード", "会員番号", "お客様番号", "고객 ID")),
    ("identifier", 1, ("고객번호", "회원번호", "회원 ID", "ID cliente", "ID del cliente", "ID de cliente")),
    ("identifier", 1, ("ID do cliente", "Código de cliente", "Código cliente", "Cod. cliente", "Nº de cliente")),
    ("identifier", 1, ("Código do cliente", "Número de cliente", "Número do cliente", "ID client", "Numéro client")),
    ("identifier", 1, ("Numéro de client", "N° client", "Code client", "Identifiant client", "Kundennummer")),
    ("identifier", 1, ("Kunden-ID", "Mitgliedsnummer", "Codice cliente", "Numero cliente", "Klantnummer")),
    ("identifier", 1, ("Klant-ID", "Kundenummer", "Kunde-ID", "Kundnummer", "Kund-ID", "Asiakasnumero")),
    ("identifier", 1, ("Asiakastunnus", "Ügyfélszám", "Ügyfélazonosító", "ID klienta", "Numer klienta")),
    ("identifier", 1, ("Nr klienta", "Číslo zákazníka", "ID zákazníka", "Zákaznické číslo", "Cod client")),
    ("identifier", 1, ("Număr client", "Müşteri no", "Müşteri numarası", "Müşteri ID", "Müşteri kodu")),
    ("identifier", 1, ("Κωδικός πελάτη", "ID πελάτη", "ID клиента", "Номер клиента", "Код клиента", "ID клієнта")),
    ("identifier", 1, ("Номер клієнта", "Код клієнта", "ID pelanggan", "Kode pelanggan", "Nomor pelanggan")),
    ("identifier", 1, ("No. pelanggan", "Mã khách hàng", "Mã KH", "รหัสลูกค้า", "รหัสสมาชิก", "ग्राहक आईडी", "ग्राहक संख्या")),
    ("identifier", 1, ("رقم العميل", "معرف العميل", "كود العميل", "מספר לקוח", "מזהה לקוח", "کد مشتری")),
    ("identifier", 1, ("شناسه مشتری",)),
    ("identifier", 2, ("编号", "編號")),
    ("identifier", 4, ("Contact ID", "Record ID", "Lead ID")),
    ("identifier", 5, ("id",)),
    # -- avatar_url ------------------------------------------------------------------------------------------
    ("avatar_url", 0, ("Avatar", "Avatar URL", "头像", "头像链接", "头像地址", "頭像", "アバター", "아바타")),
    ("avatar_url", 0, ("Profile Picture", "Profile Photo", "Profile Image", "프로필 사진", "Profilbild")),
    ("avatar_url", 0, ("Foto de perfil", "Photo de profil")),
    ("avatar_url", 1, ("Photo", "Photo URL", "Picture", "Picture URL", "Image", "Image URL", "Foto", "照片", "Фото")),
    ("avatar_url", 1, ("사진",)),
    ("avatar_url", 2, ("附件链接",)),
    # -- what a PATCH brings ---------------------------------------------------------------------------------
    (COMPANY, 0, ("Company", "Company Name", "Organization", "Organisation", "Organization Name", "Business Name")),
    (COMPANY, 0, ("Organization 1 - Name", "Account Name", "Employer", "公司", "公司名称", "公司全称", "公司名")),
    (COMPANY, 0, ("企业名称", "单位名称", "企业", "单位", "工作单位", "所属公司", "所在公司", "公司名稱", "單位")),
    (COMPANY, 0, ("会社", "会社名", "企業名", "法人名", "勤務先", "회사", "회사명", "Empresa")),
    (COMPANY, 0, ("Nombre de la empresa", "Nombre de empresa", "Compañía", "Organización", "Razón social")),
    (COMPANY, 0, ("Nome da empresa", "Organização", "Razão social", "Entreprise", "Société", "Nom de l'entreprise")),
    (COMPANY, 0, ("Nom de la société", "Raison sociale", "Firma", "Firmenname", "Unternehmen", "Azienda")),
    (COMPANY, 0, ("Società", "Ditta", "Ragione sociale", "Organizzazione", "Bedrijf", "Bedrijfsnaam")),
    (COMPANY, 0, ("Organisatie", "Virksomhed", "Firmanavn", "Bedrift", "Selskap", "Företag", "Företagsnamn")),
    (COMPANY, 0, ("Yritys", "Yrityksen nimi", "Cég", "Cégnév", "Nazwa firmy", "Společnost", "Název firmy")),
    (COMPANY, 0, ("Spoločnosť", "Companie", "Societate", "Şirket", "Şirket adı", "Firma adı", "Εταιρεία")),
    (COMPANY, 0, ("Επωνυμία", "Компания", "Организация", "Фирма", "Компанія", "Організація", "Фірма", "Perusahaan")),
    (COMPANY, 0, ("Syarikat", "Nama perusahaan", "Nama syarikat", "Kumpanya", "Công ty", "Tên công ty", "บริษัท")),
    (COMPANY, 0, ("ชื่อบริษัท", "कंपनी", "कंपनी का नाम", "الشركة", "اسم الشركة", "חברה", "שם חברה", "שם החברה", "شرکت")),
    (COMPANY, 0, ("نام شرکت",)),
    (COMPANY, 3, ("Default Address Company", "Billing Company", "Associated Company", "Primary Associated Company")),
    (CITY, 0, ("City", "Town", "城市", "所在城市", "都市", "市区町村", "Ciudad", "Población", "Localidad")),
    (CITY, 0, ("Cidade", "Ville", "Stadt", "Ort", "Wohnort", "Città", "Località", "Stad", "Woonplaats", "Plaats")),
    (CITY, 0, ("Poststed", "Postort", "Kaupunki", "Paikkakunta", "Város", "Miasto", "Miejscowość", "Město", "Oraș")),
    (CITY, 0, ("Localitate", "Şehir", "Πόλη", "Город", "Місто", "Kota", "Bandar", "Lungsod", "Thành phố", "도시")),
    (CITY, 0, ("เมือง", "शहर", "المدينة", "עיר", "شهر")),
    (CITY, 3, ("Default Address City", "Billing City", "Address 1 - City", "Mailing City", "Home City")),
    (CITY, 3, ("Ort privat", "Ville (domicile)", "住宅地址 市/县")),
    (f"{ADDITIONAL}.description", 0, ("Description", "Bio", "About", "简介", "描述")),
    (f"{ADDITIONAL}.telegram", 0, ("Telegram", "Telegram ID", "Telegram Username")),
    (f"{SOCIAL_PROFILES}facebook", 0, ("Facebook", "Facebook URL", "Facebook Profile")),
    (f"{SOCIAL_PROFILES}github", 0, ("GitHub", "GitHub URL", "GitHub Username")),
    (f"{SOCIAL_PROFILES}instagram", 0, ("Instagram", "Instagram URL", "Instagram Handle")),
    (f"{SOCIAL_PROFILES}linkedin", 0, ("LinkedIn", "LinkedIn URL", "LinkedIn Profile")),
    (f"{SOCIAL_PROFILES}twitter", 0, ("Twitter", "Twitter ID", "Twitter Handle", "X (Twitter)")),
    (COUNTRY, 0, ("Country", "Country/Region", "Country Name", "Country of residence", "Country or region")),
    (COUNTRY, 0, ("Country/Territory", "Nation", "国家", "国家/地区", "国别", "所在国家", "國家", "國家/地區")),
    (COUNTRY, 0, ("國別", "国", "国名", "국가", "나라", "País", "País/Región", "País de residencia", "Pays")),
    (COUNTRY, 0, ("Pays/région", "Land", "Land/Region", "Paese", "Nazione", "Maa", "Ország", "Kraj", "Země")),
    (COUNTRY, 0, ("Krajina", "Țară", "Ülke", "Χώρα", "Страна", "Країна", "Negara", "Bansa", "Quốc gia", "ประเทศ")),
    (COUNTRY, 0, ("देश", "البلد", "الدولة", "מדינה", "ארץ", "کشور")),
    (COUNTRY, 3, ("Default Address Country", "Mailing Country", "Billing Country", "Address 1 - Country")),
    (COUNTRY, 3, ("Home Country/Region", "Home Country", "Land/Region privat", "Pays/Région (domicile)")),
    (COUNTRY, 3, ("住宅地址 国家/地区", "País o región particular")),
    (COUNTRY_CODE, 0, ("Country Code", "国家代码", "國家代碼", "Ländercode", "Landcode")),
    (COUNTRY_CODE, 0, ("Code pays", "Código de país", "Código del país", "Código do país")),
    (COUNTRY_CODE, 0, ("Codice paese", "국가 코드", "Код страны", "Kode negara")),
    (COUNTRY_CODE, 0, ("Mã quốc gia", "Ülke kodu", "رمز الدولة")),
    (COUNTRY_CODE, 3, ("Default Address Country Code",)),
    (CITY, 4, ("Business City", "Ort geschäftlich", "Ville (bureau)", "Ciudad de trabajo", "商务地址 市/县")),
    (CITY, 5, ("Other City", "Shipping City", "Ville (autre)", "Otra ciudad")),
    (COUNTRY, 4, ("Business Country/Region", "Business Country", "Land/Region geschäftlich")),
    (COUNTRY, 4, ("Pays/Région (bureau)", "商务地址 国家/地区", "País o región del trabajo")),
    (COUNTRY, 5, ("Other Country/Region", "Other Country", "Shipping Country", "Pays/Région (autre)")),
    (COUNTRY, 5, ("其他地址 国家/地区",)),
    (COMPANY, 4, ("Shipping Company",)),
    # -- the country of the row's phone numbers, in a column of its own --------------------------------------
    (PHONE_COUNTRY, 0, ("Dial Code", "Dialing Code", "Dialling Code", "Calling Code", "Country Calling Code")),
    (PHONE_COUNTRY, 0, ("ISD Code", "Phone Country Code", "Mobile Country Code", "Phone Code", "Country Dial Code")),
    (PHONE_COUNTRY, 0, ("Phone Country", "国际区号", "國際區號", "国家区号", "国码", "國碼", "国番号", "국가번호")),
    (PHONE_COUNTRY, 0, ("Ländervorwahl", "Landesvorwahl", "Indicatif pays", "Indicatif téléphonique")),
    (PHONE_COUNTRY, 0, ("Prefijo internacional", "Landnummer", "Prefisso internazionale", "Código telefónico")),
    (PHONE_COUNTRY, 0, ("Landenummer", "Телефонный код страны", "Mã vùng quốc tế")),
    (PHONE_COUNTRY, AREA_RANK, ("区号", "區號", "Vorwahl", "Indicatif", "Prefijo", "Prefisso", "Phone Prefix")),
    (PHONE_COUNTRY, AREA_RANK, ("手机区号", "电话区号")),
)

NEVER: Final = (
    *("fax", "faks", "传真", "傳真", "ファックス", "ファクス", "telecopie", "fac-símile", "факс", "팩스"),
    *("โทรสาร", "φαξ", "فاكس", "نمابر", "פקס", "फैक्स"),
)
"""A title with one of these in it, brackets included, is no field: a fax is not a phone number."""

SOMEBODY_ELSE: Final = (
    *("manager", "supervisor", "contactowner", "recordowner", "accountowner", "leadowner", "dealowner", "createdby"),
    *("creator", "modifiedby", "updatedby", "addedby", "assignedto", "assignee", "salesrep", "salesperson"),
    *("salesagent", "accountexecutive", "referredby", "referrer", "emergency", "spouse", "nextofkin"),
    *(
        "parentname",
        "parentemail",
        "parentphone",
        "parentmobile",
        "guardian",
        "logo",
        "erstelltvon",
        "geandertvon",
        "notfall",
        "betreuer",
    ),
    *("emergencia", "creadopor", "vendedor", "creepar", "urgence", "ответственн", "менеджер"),
    *("负责人", "销售", "业务员", "推荐人", "介绍人", "家长", "紧急联系", "创建人", "修改人", "跟进人", "客户经理"),
)
"""A title with one of these in it, as ``titles.letters`` spells it, is of another person, or of a company."""

SINGULARS: Final = (
    *(("adresses", "adresse"), ("sses", "ss"), ("companies", "company"), ("ies", "y"), ("nummern", "nummer")),
    *(("adressen", "adresse"), ("voornamen", "voornaam"), ("achternamen", "achternaam"), ("namen", "name")),
    *(("firmen", "firma"), ("iles", "il"), ("ares", "ar"), ("nomi", "nome"), ("lari", "lare"), ("foni", "fono")),
    *(("indirizzi", "indirizzo"), ("телефоны", "телефон"), ("имена", "имя"), ("фамилии", "фамилия")),
    *(("ss", "ss"), ("us", "us"), ("s", "")),
)
"""Endings of words, as ``titles.letters`` spells them, and what stands instead of them where one is meant."""

NUMBER_WORDS: Final = (
    *("numbers?", "nummer", "numero", "num", "nos?", "nr", "numarasi"),
    *("号码", "號碼", "号", "號", "番号", "번호"),
)
"""Words for a number at the end of a title: all are one, and of a phone number they may be missing."""

NUMBER_FIRST: Final = (
    r"(?:หมายเลข|số(?!\w)|(?:n°|(?:n[uúů]mer(?:os?|i)|num[eé]ros?|num[aă]r|no|nr|nomor|nombor|numer|номер|αριθμ[oό]ς"
    r"|رقم|شماره|מספר)(?!\w))\.?\s*(?:(?:de|do|di|da|du|del)\b|d['’])?)\W*"
)
"""Words for a number before a phone number's title (``Número de celular``, ``No. HP``), as a regular expression."""


IDLE_FIRST: Final = (
    r"(?:your|my|the|customer'?s?|client'?s?|contact'?s?|member'?s?|guest'?s?|lead'?s?|primary|main|enter|please"
    r"|votre|tu|su|seu|sua|ihre?|deine?|uw|jouw|müşteri(?:nin)?)\b(?=[\s.:>-]*\w)",
    "(?:客户|客戶|顾客|顧客|会员|會員|联系人|聯絡人|用户|用戶|お客様|ご連絡先|連絡先|学员|学生|员工|您的|你的|请输入|请填写)(?:的)?(?=\\w\\w)",
)
IDLE_LAST: Final = (
    r"\b(?:required|optional|mandatory|obligatorio|obligatoire|erforderlich|pflichtfeld|optionnel|opcional)",
    r"\b(?:del cliente|do cliente|du client|des kunden|pelanggan|клиента|клієнта|klienta|zákazníka|khách hàng)",
    r"\b(?:de contacto|de contato|do contato|du contact|di contatto|para conta(?:c)?to)",
    "(?:必填|选填|必填项|選填|必須|任意|필수)",
)
"""Words before and after a title that change nothing, as regular expressions."""

OWNER_RANK: Final = 2
"""From this rank on a title in brackets says whose a thing is, rather than what: ``Phone (Contact)``."""

NAMES_IN_CONTEXT: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("Nom", ("Prénom",), "last_name"),
    ("Name", ("Vorname",), "last_name"),
    ("Name", ("Surname", "Nachname"), "first_name"),
    ("Nombre", ("Apellidos", "Apellido", "Primer apellido"), "first_name"),
    ("Nome", ("Sobrenome", "Cognome", "Último nome"), "first_name"),
    ("Naam", ("Voornaam",), "last_name"),
    ("Naam", ("Achternaam", "Familienaam"), "first_name"),
    ("Navn", ("Efternavn", "Etternavn"), "first_name"),
    ("Namn", ("Efternamn",), "first_name"),
    ("Nimi", ("Sukunimi",), "first_name"),
    ("Nume", ("Prenume",), "last_name"),
    ("Jméno", ("Příjmení",), "first_name"),
    ("Meno", ("Priezvisko",), "first_name"),
    ("İsim", ("Soyisim", "Soyadı"), "first_name"),
    ("Όνομα", ("Επώνυμο", "Επίθετο"), "first_name"),
    ("Имя", ("Фамилия",), "first_name"),
    ("Ім'я", ("Прізвище",), "first_name"),
    ("名字", ("姓", "姓氏"), "first_name"),
    ("名前", ("苗字", "姓"), "first_name"),
    ("이름", ("성",), "first_name"),
    ("ชื่อ", ("นามสกุล", "สกุล"), "first_name"),
    ("नाम", ("उपनाम", "कुलनाम"), "first_name"),
    ("الاسم", ("اسم العائلة", "اللقب"), "first_name"),
    ("שם", ("שם משפחה",), "first_name"),
    ("نام", ("نام خانوادگی",), "first_name"),
    ("Pangalan", ("Apelyido",), "first_name"),
)
"""A title of ``name`` that is a part of it beside one of the others, unless that part has a column already."""

OWN_COLUMNS: Final = {
    ERROR_TITLE: Message("written by an earlier import"),
    "contact_id": Message("LiveDesk's own number, written by an earlier import"),
}
"""Titles, to the letter, of columns that the importer's own files bring along."""
