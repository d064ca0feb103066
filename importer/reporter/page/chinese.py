"""The report's texts in Chinese: the program's own messages word for word, and sentences with values in them."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The page.
        "Skip to the results": "跳到结果",
        "Forgotten on %(day)s: its personal data is erased, counts and ids are kept.": (
            "已于 %(day)s 清除：个人数据已删除，计数与编号保留。"
        ),
        "What became of the rows": "各行的结果",
        "Share of each status": "各状态的占比",
        "Errors by cause": "按原因统计的错误",
        "Rows a second": "每秒行数",
        "Rows a second over time": "每秒行数随时间的变化",
        "How long the server took to answer": "服务器的响应时间",
        "Latency of the answers": "响应延迟",
        "Why, and what to do": "原因与处理办法",
        "%(num)s rows": "%(num)s 行",
        "row %(number)s": "第 %(number)s 行",
        "Show these rows": "显示这些行",
        "Rows": "数据行",
        "The table needs JavaScript. results.csv has every row.": "此表需要 JavaScript。results.csv 中有全部数据行。",
        "Correct here, import again": "在此更正，再次导入",
        "Change the cells below; what you type stays in this browser. Then download the file: it has every row of "
        "this page that needs attention, with your changes, and imports as it is.": (
            "在下方修改单元格，输入的内容只保存在此浏览器中。然后下载文件：其中包含本页所有需要处理的行和您的修改，可直接导入。"
        ),
        "Download corrected file": "下载更正后的文件",
        "Discard my changes": "放弃我的修改",
        "Search in all columns": "在所有列中搜索",
        "Status": "状态",
        "Cause": "原因",
        "Rows on a page": "每页行数",
        "Copy link to this view": "复制此视图的链接",
        "Print sign-off sheet": "打印签核单",
        "Pages": "分页",
        "Previous": "上一页",
        "Next": "下一页",
        "Repaired cells": "已修复的单元格",
        "Cells": "单元格数",
        "Column": "列",
        "Repair": "修复方式",
        "For example, before": "示例：修复前",
        "Before": "修复前",
        "After": "修复后",
        "Columns of the file": "文件的列",
        "Title": "标题",
        "Field in LiveDesk": "LiveDesk 字段",
        "not used": "未使用",
        "Options": "选项",
        "Option": "选项",
        "Value": "值",
        "Everything else as by default.": "其余均为默认值。",
        "Sign-off": "签核",
        "Reviewed by": "审核人",
        "Date": "日期",
        "Decision: accepted / to be corrected": "结论：通过 / 待更正",
        "Signature": "签名",
        "Made by import-contacts %(version)s from the ledger of run %(run)s.": (
            "由 import-contacts %(version)s 根据运行 %(run)s 的台账生成。"
        ),
        "This file holds personal data; it asks nothing of the network.": "本文件含有个人数据，打开时不访问网络。",
        "; --limit %(limit)s left the others out": "；--limit %(limit)s 略去了其余的行",
        "Nothing was sent: %(invalid)s of %(rows)s rows not valid, and --strict sends all or none": (
            "未发送任何内容：%(rows)s 行中有 %(invalid)s 行无效，而 --strict 要么全部发送要么不发送"
        ),
        "The same command without --canary goes on where this run ended; nothing is sent twice.": (
            "不加 --canary 再次执行同一命令即可从中断处继续，不会重复发送。"
        ),
        # The table.
        "Row": "行",
        "Name": "姓名",
        "Email": "邮箱",
        "Phone number": "电话号码",
        "Identifier": "标识",
        "What happened, what to do": "发生了什么，如何处理",
        "All": "全部",
        "Needs attention": "需要处理",
        "{from} to {to} of {all} rows found; this report shows {rows}": (
            "找到 {all} 行，显示第 {from} 至 {to} 行；本报告共显示 {rows} 行"
        ),
        "No row is like that: change the search or the filters.": "没有符合的行：请更改搜索或筛选条件。",
        "Page {page} of {pages}": "第 {page} 页，共 {pages} 页",
        "{corrected} rows changed, {out} left out, {rest} as they were.": (
            "已修改 {corrected} 行，略去 {out} 行，未动 {rest} 行。"
        ),
        "This browser keeps nothing: download the file before you close the page.": (
            "此浏览器不保存任何内容：请在关闭页面前下载文件。"
        ),
        "Discard all changes made on this page?": "放弃在此页面上所做的全部修改？",
        "Copied": "已复制",
        "The link to this view:": "此视图的链接：",
        "All cells": "所有单元格",
        "Correct the cells": "更正单元格",
        "of row {row}": "（第 {row} 行）",
        "Leave this row out": "略去此行",
        "Column {letter}": "{letter} 列",
        "Column {letter}, beyond the titles": "{letter} 列（超出标题）",
        'was "{value}"': "原为“{value}”",
        "empty": "空",
        "the import will tell": "导入时判断",
        "read as {value}": "读作 {value}",
        "no @": "没有 @",
        "nothing after the @": "@ 后没有内容",
        "nothing before the @": "@ 前没有内容",
        "no dot after the @": "@ 后没有点号",
        "a space inside": "中间有空格",
        "more than one @": "有多个 @",
        "too long": "过长",
        "a character or a part that an address cannot have": "含有地址中不允许的字符或部分",
        "no digits": "没有数字",
        "lost digits in a spreadsheet": "在电子表格中丢失了位数",
        "no country code: write +86 … or the like": "缺少国家代码：请写成 +86 … 等形式",
        # Statuses.
        "created": "已创建",
        "updated": "已更新",
        "existed, left alone": "已存在，未改动",
        "unchanged": "无变化",
        "duplicate in the file": "文件内重复",
        "valid": "有效",
        "invalid": "无效",
        "failed": "失败",
        "unknown": "未知",
        "not sent": "未发送",
        # The verdict and the facts.
        "DRY RUN: the file was checked, and nothing was sent to LiveDesk": (
            "试运行：仅检查了文件，没有向 LiveDesk 发送任何内容"
        ),
        "SANDBOX: a rehearsal inside the importer, and nothing was sent to LiveDesk": (
            "沙盒：在导入程序内部演练，没有向 LiveDesk 发送任何内容"
        ),
        "Stopped: %(why)s": "已停止：%(why)s",
        "All %(num)s rows are fine": "全部 %(num)s 行均正常",
        "%(wrong)s of %(rows)s rows need attention": "%(rows)s 行中有 %(wrong)s 行需要处理",
        "The same command goes on where this run ended; nothing is sent twice.": (
            "再次执行同一命令即可从中断处继续，不会重复发送。"
        ),
        "Correct the rows below, or in the errors file, and import that; what is fine stays as it is.": (
            "请在下方或错误文件中更正后再导入；正常的行保持不变。"
        ),
        "The import itself may follow.": "可以开始正式导入。",
        "Nothing is left to do.": "无需任何操作。",
        "File": "文件",
        "Sheet": "工作表",
        "Inbox": "收件箱",
        "as its rows say": "以各行为准",
        "Address": "地址",
        "Started by": "执行人",
        "Started": "开始时间",
        "Duration": "用时",
        "Requests": "请求数",
        "Tried again": "重试次数",
        "Waited for the server's limit": "因服务器限流等待",
        "Exit code": "退出码",
        "Here are the rows with an error or a remark, %(shown)s of %(rows)s; results.csv has all.": (
            "此处为有错误或备注的行：%(rows)s 行中的 %(shown)s 行；results.csv 中有全部。"
        ),
        "%(wrong)s rows need attention, and the first %(most)s of them are here: the errors file has them all.": (
            "有 %(wrong)s 行需要处理，此处为前 %(most)s 行；错误文件中有全部。"
        ),
        "%(s)s s": "%(s)s 秒",
        "%(n)s s": "%(n)s 秒",
        "%(n)s min": "%(n)s 分",
        "%(n)s h": "%(n)s 小时",
        "others": "其他",
        "half within": "半数不超过",
        "90% within": "90% 不超过",
        "95% within": "95% 不超过",
        "99% within": "99% 不超过",
        "the slowest": "最慢",
        "%(length)s in all, at most %(peak)s rows a second.": "共 %(length)s，最高每秒 %(peak)s 行。",
        "%(num)s pauses for the server's limit, %(length)s in all": "因服务器限流暂停 %(num)s 次，共 %(length)s",
        # Repairs.
        "written as +country and number": "写成 +国家代码 和号码",
        "read as empty": "视为空",
        "invisible characters removed": "删除不可见字符",
        "full-width or other signs": "全角或其他符号",
        "mailto: or tel: removed": "删除 mailto: 或 tel:",
        "address taken out of Name <address>": "从“姓名 <地址>”中取出地址",
        '="…" removed': '删除 ="…"',
        "apostrophe removed": "删除撇号",
        ".0 removed": "删除 .0",
        "spaces trimmed": "删除空格",
        "domain in lower case": "域名改为小写",
        "read otherwise": "以其他方式读取",
        "read as number": "读作数字",
        "read as boolean": "读作是或否",
        "shared with another person and left out": "与他人共用，已略去",
        "made from the row's data": "根据行数据生成",
        "filled from a duplicate": "由重复行补全",
        # What the error codes mean, and what to do.
        "not an e-mail address": "不是电子邮箱地址",
        "write it as name@example.com, or leave the cell empty": "写成 name@example.com，或留空",
        "not a phone number": "不是电话号码",
        "write it as +8613800138000, or leave the cell empty": "写成 +8613800138000，或留空",
        "a phone number without a country code": "电话号码没有国家代码",
        "write it with its country code (+86 …), or add --country": "写上国家代码（+86 …），或加 --country",
        "a phone number that makes sense with a country code before it and with one in it": (
            "电话号码加上国家代码说得通，视为已含国家代码也说得通"
        ),
        "write it with + and its country code": "写上 + 和国家代码",
        "a spreadsheet rounded the number": "数字被电子表格舍入",
        "format the column as text, enter the value anew and export again": (
            "将该列设为文本格式，重新输入该值并再次导出"
        ),
        "not a link to a picture": "不是图片链接",
        "write it as https://…, or leave the cell empty": "写成 https://…，或留空",
        "not the number or the yes and no that --type asks for": "不是 --type 要求的数字或是否值",
        "write 1234.5, or true and false, or leave the cell empty": "写 1234.5，或 true 和 false，或留空",
        "not an inbox id": "不是收件箱编号",
        "write the channel's number, such as 407": "写渠道编号，例如 407",
        "the row names no inbox": "该行没有收件箱",
        "fill the cell, or add --inbox": "填写单元格，或加 --inbox",
        "bytes that are no text in the file's encoding": "含有不符合文件编码的字节",
        "type the character anew, or name the encoding with --encoding": "重新输入该字符，或用 --encoding 指明编码",
        "a formula without a result": "公式没有结果",
        "repair the formula, or empty the cell": "修复公式，或清空单元格",
        "nothing that tells of a person": "没有任何关于人的信息",
        "fill in a name, email, phone number or id, or delete the row": "填写姓名、邮箱、电话或标识，或删除该行",
        "the titles once more, in the middle of the rows": "数据行中间又出现了标题行",
        "delete the row": "删除该行",
        "more cells than titles": "单元格多于标题",
        "a delimiter inside a value? put the value in quotes, or give the column a title": (
            "值中含有分隔符？请给值加引号，或给该列加标题"
        ),
        "an earlier row of the file is the same person": "文件中前面的某行是同一个人",
        "nothing; that row is imported": "无需操作；已导入前面那行",
        "another person in the file has this value, and the desk allows each value once": (
            "文件中另一个人也有此值，而系统只允许每个值出现一次"
        ),
        "correct it, or import with --shared-values drop": "更正它，或用 --shared-values drop 导入",
        "another row is invalid, and --strict sends all or nothing": "另有无效的行，而 --strict 要么全部发送要么不发送",
        "correct the invalid rows, or import without --strict": "更正无效的行，或不加 --strict 导入",
        "the server refused the contact": "服务器拒绝了该联系人",
        "correct the row as the server says, and import it again": "按服务器的提示更正该行并再次导入",
        "another contact on the server has this value": "服务器上另一个联系人已有此值",
        "correct the row, or merge the contacts in LiveDesk, and import it again": (
            "更正该行，或在 LiveDesk 中合并联系人，然后再次导入"
        ),
        "the contact exists, and --on-duplicate is fail": "联系人已存在，而 --on-duplicate 为 fail",
        "remove the row, or choose --on-duplicate skip or update": "删除该行，或选择 --on-duplicate skip 或 update",
        "the contact was created, its attributes were not stored": "联系人已创建，但其属性未保存",
        "run the same command again: only the attributes are sent": "再次执行同一命令：只发送属性",
        "the server wants fewer requests": "服务器要求减少请求",
        "run the same command again later: it continues": "稍后再次执行同一命令即可继续",
        "no answer in time": "未按时得到响应",
        "run the same command again: it continues, and nothing is sent twice": "再次执行同一命令即可继续，不会重复发送",
        "the connection broke before the answer": "连接在响应之前中断",
        "the server failed": "服务器出错",
        "the answer was not the API's": "响应不是来自该 API",
        "--canary sends the first rows alone": "--canary 只发送最前面的行",
        "run the same command without --canary: it continues": "不加 --canary 再次执行同一命令即可继续",
        "the run ended before the row was settled": "运行在该行完成之前结束",
        "the server refused the credentials": "服务器拒绝了凭据",
        "check LIVEDESK_API_KEY and LIVEDESK_API_SECRET (console: Project settings, API management)": (
            "检查 LIVEDESK_API_KEY 和 LIVEDESK_API_SECRET（控制台：项目设置，API 管理）"
        ),
        "the server does not know the inbox": "服务器没有此收件箱",
        "check --inbox (console: channel settings, Channel ID) and --base-url": (
            "检查 --inbox（控制台：渠道设置，Channel ID）和 --base-url"
        ),
        "nobody got an answer from the service": "始终没有得到服务的响应",
        "check the network and --base-url, then run the same command again: it continues": (
            "检查网络和 --base-url，然后再次执行同一命令即可继续"
        ),
        "the server redirects, and redirects are not followed": "服务器要求重定向，而程序不跟随重定向",
        "check --base-url: your credentials are sent to that address alone": "检查 --base-url：凭据只发送到该地址",
        "the address does not answer as LiveDesk does": "该地址的响应与 LiveDesk 不符",
        "check --base-url": "检查 --base-url",
        "no worker of the cluster is left": "集群中已没有可用的工作进程",
        "look into why they ended (memory?), then run the same command again: it continues": (
            "查明它们结束的原因（内存不足？），然后再次执行同一命令即可继续"
        ),
        "the server's certificate cannot be trusted": "服务器证书不可信",
        "check --base-url; for a company's own certificate authority set SSL_CERT_FILE": (
            "检查 --base-url；若为公司自有证书机构，请设置 SSL_CERT_FILE"
        ),
        # What rows and runs say beside that.
        "interrupted": "被中断",
        "the process ended without a word": "进程意外结束",
        "the run was interrupted": "运行被中断",
        "it was being sent when the run ended": "运行结束时正在发送",
        "it was sent before, and its answer was never learned": "此前已发送，但未得到响应",
        "the server could not be reached": "无法连接服务器",
        "no answer within the timeout": "在超时时间内没有响应",
        "the row has no name, email, phone number or identifier": "该行没有姓名、邮箱、电话或标识",
        "the row repeats the titles": "该行重复了标题",
        "inbox_id: the cell is empty, and no --inbox stands in": "inbox_id：单元格为空，也没有 --inbox 代替",
        "known by its name alone; attributes are sent once, with the contact": "仅凭姓名识别；属性只随联系人发送一次",
        "correct the row's inbox_id": "更正该行的 inbox_id",
        "correct the attributes, and import the row with --on-duplicate update": (
            "更正属性，并用 --on-duplicate update 导入该行"
        ),
    }
)
"""By the English text. A test holds that every text of the page, error code, repair and status is here."""

_Q: Final = r'("(?:.*)")'

SENTENCES: Final = tuple(
    (re.compile(pattern, re.DOTALL), chinese)
    for pattern, chinese in (
        # With \1, \2 for what was found in the English; fields keep their names, which are those of the columns.
        (rf"email: {_Q} is not an email address \((.*)\)", r"email：\1 不是电子邮箱地址（{2}）"),
        (rf"phone_number: {_Q} has no country code(.*)", r"phone_number：\1 没有国家代码\2"),
        (
            rf"phone_number: {_Q} is not a phone number \(read for (\w+)\)(.*)",
            r"phone_number：\1 不是电话号码（按 \2 读取）\3",
        ),
        (rf"phone_number: {_Q} is not a phone number \(too long\)", r"phone_number：\1 不是电话号码（过长）"),
        (rf"phone_number: {_Q} is not a phone number(.*)", r"phone_number：\1 不是电话号码\2"),
        (
            rf"phone_number: {_Q} may begin with the country code of (\w+), or be a number in (\w+)",
            r"phone_number：\1 可能以 \2 的国家代码开头，也可能是 \3 国内的号码",
        ),
        (rf"([\w.]+): {_Q} lost digits in a spreadsheet", r"\1：\2 在电子表格中丢失了位数"),
        (rf"([\w.]+): {_Q} has bytes that are no text", r"\1：\2 含有不是文本的字节"),
        (rf"([\w.]+): {_Q} stands where a formula has no result", r"\1：\2 处的公式没有结果"),
        (rf"avatar_url: {_Q} is not an http or https link", r"avatar_url：\1 不是 http 或 https 链接"),
        (rf"([\w.]+): {_Q} is not a number", r"\1：\2 不是数字"),
        (rf"([\w.]+): {_Q} is not a yes or a no", r"\1：\2 不是“是”或“否”"),
        (rf"([\w.]+): {_Q} has more digits than a number holds", r"\1：\2 的位数超过数字所能容纳"),
        (rf"([\w.]+): {_Q} has a decimal sign, or one between thousands", r"\1：\2 含有小数点或千位分隔符"),
        (rf"([\w.]+): {_Q} belongs to another person, in row (\d+)", r"\1：\2 属于第 \3 行的另一个人"),
        (
            rf"cell (\w+): {_Q} stands beyond the last title {_Q} \((\w+)\)",
            r"单元格 \1：\2 超出了最后一个标题 \3（\4）",
        ),
        (
            r"the same person as row (\d+) \(([\w, ]+)\), itself a duplicate of row (\d+)",
            r"与第 \1 行是同一个人（\2），而该行与第 \3 行重复",
        ),
        (r"the same person as row (\d+) \(([\w, ]+)\)", r"与第 \1 行是同一个人（\2）"),
        (r"would have added (.*)", r"本可补充 \1"),
        (r"added (.*)", r"已补充 \1"),
        (r"(.*) came from row (\d+)", r"\1 来自第 \2 行"),
        (rf"([\w.]+): {_Q} looks like a date or a yes and no", r"\1：\2 看起来像日期或是否值"),
        (r"sent as it is", r"按原样发送"),
        (r"sent as written", r"按原样发送"),
        (r"sent without it", r"发送时略去"),
        (rf"phone_number: {_Q} looks improbable", r"phone_number：\1 不太像号码"),
        (rf"phone_number: extension (.*) of {_Q} is left out", r"phone_number：\2 的分机 \1 已略去"),
        (rf"([\w.]+): {_Q} holds several", r"\1：\2 含有多个值"),
        (r"(\S+) is used, not used: (.*)", r"使用 \1，未使用：\2"),
        (rf"identifier {_Q} was made", r"已生成标识 \1"),
        (r"another contact has this value: (.*)", r"另一个联系人已有此值：\1"),
        (r"the contact exists: (.*)", r"联系人已存在：\1"),
        (rf"([\w.]+) {_Q} is held by contact (\S+)", r"\1 \2 属于联系人 \3"),
        (r"the server refused it: (.*) \(HTTP (\d+)\)", r"服务器拒绝：\1（HTTP \2）"),
        (r"created, but its attributes were not stored: (.*)", r"已创建，但其属性未保存：\1"),
        (r"the server does not know inbox (\d+) \((.*)\)", r"服务器没有收件箱 \1（\2）"),
        (r"contact (\S+) is as it was", r"联系人 \1 未改动"),
    )
)
"""Sentences with values in them: the pattern of the English one, and the Chinese one with the groups of it.

``{2}`` is the second group as a message of its own.
"""
