//! Every sentence that a citizen reads, and nothing else. Proofread as a whole.

use super::phrases::Channel;
use super::{Route, Status};
use crate::guide::{Card, Line, MaterialState, NotOnline};

/// Stands where a guide does not say something.
pub const NOT_STATED: &str = "指南未载明";

/// Marks a made-up record.
pub const SYNTHETIC: &str = "演示数据，并非真实办事指南";

/// Marks a value that nobody has checked against a source.
pub const UNVERIFIED: &str = "未经核对，请以窗口答复为准";

/// Marks a guide that has not been updated for long.
pub const STALE: &str = "本指南长时间未更新，请先电话确认";

/// Shown when the guide of a higher division answers for a place.
pub const FROM_ABOVE: &str = "本地没有单独的指南，以下为上级通用指南";

/// Shown when neither the place nor any division above it has a guide.
pub const FROM_ELSEWHERE: &str = "本地没有这个事项的指南，以下为其他地区的指南，仅供了解";

/// Shown above the hall of a place whose guide names no window.
pub const GO_TO_HALL: &str =
    "指南未载明办理窗口，当地的综合政务大厅如下；去之前请先打电话问清这件事是否在那里办";

/// Shown where nobody can be sent on to an online application.
pub fn not_online(why: NotOnline) -> &'static str {
    match why {
        NotOnline::OnSite => "指南写明不能网上办理，请到现场办理",
        NotOnline::Stale => "本指南长时间未更新，不提供在线申请，请先电话确认",
        NotOnline::Elsewhere => "这是其他地区的指南，不能据此在线申请，请向本地窗口询问",
        NotOnline::Synthetic => "演示数据，没有真实的在线申请",
        NotOnline::OtherEntrance => "这个渠道没有在线申请的地址，可以换一个渠道",
        NotOnline::NotStated => "指南未载明网上办理的地址，请到现场办理或先电话询问",
        NotOnline::NotAllowed => "指南写的网上办理地址不能用，请到现场办理或先电话询问",
        NotOnline::Dead => "链接暂时打不开，请稍后再试，或到现场办理",
    }
}

/// Shown beside the hours of a counter that is open.
pub fn counter_open(until: &str) -> String {
    format!("现在开门，到{until}")
}

/// Shown beside the hours of a counter that is closed.
pub fn counter_closed(from: &str) -> String {
    format!("现在不开门，下次开门：{from}")
}

/// Shown while the model is missing or busy.
pub const KEYWORDS_ONLY: &str = "当前仅按关键词查找，结果可能不全";

/// Shown when a place name fits several divisions.
pub const WHICH_PLACE: &str = "您说的是哪个地方？";

/// Said above the options of near twins.
pub const WHICH_ONE: &str = "您要办的是下面哪一项？";

/// Asked where a guide has several cases (业务办理项).
pub const WHICH_CASE: &str = "您是哪一种情况？";

/// Asked again for a question of the guide.
pub const WHICH_SITUATION: &str = "请从下面选一个：";

/// Asked where groups of items are to be told apart.
pub const WHICH_KIND: &str = "您要办的属于哪一类？";

/// Asked where some items are for persons and some for firms.
pub const WHO_APPLIES: &str = "您是给个人办，还是给单位办？";

/// The first answer to it.
pub const FOR_PERSON: &str = "给个人办";

/// The second answer to it.
pub const FOR_FIRM: &str = "给公司、单位办";

/// Asked where the organ tells items apart.
pub const WHICH_DEPARTMENT: &str = "这件事大概归哪个部门管？";

/// Asked where the answer depends on the place.
pub const YOUR_PLACE: &str = "您在哪个旗县（市、区）办？说出地名就行。";

/// Instead of a place.
pub const ANY_PLACE: &str = "先看通用的";

/// Instead of an answer.
pub const DONT_KNOW: &str = "不清楚";

/// Turns down all options.
pub const NONE_OF_THESE: &str = "都不是";

/// Turns down a card.
pub const NOT_THIS: &str = "不是这个事项";

/// Begins anew.
pub const RESTART: &str = "重新开始";

/// Asks for a person.
pub const HUMAN: &str = "转人工";

/// Asks for the same in few words.
pub const BRIEF: &str = "说简单点";

/// A step back.
pub const BACK: &str = "返回";

/// Drops the matter.
pub const CANCEL: &str = "先不办了";

/// Answers a question anew.
pub const EDIT: &str = "改一下回答";

/// Changes the place.
pub const CHANGE_PLACE: &str = "换地区";

/// Opens a conversation.
pub const GREETING: &str = "您好，我是帮办，一个查办事指南的程序，不是真人。说一说您要办什么，比如“身份证丢了咋补”。请不要发送证件号码。";

/// Said where nothing is being talked about.
pub const WHAT_TO_DO: &str = "您想办什么事？";

/// Said where a follow-up has nothing to follow.
pub const SAY_WHAT: &str = "您先说要办什么事，我才好查。";

/// Said when the citizen drops the matter.
pub const CANCELLED: &str = "好，这件先放下。还想办什么，直接说。";

/// Said to thanks.
pub const WELCOME: &str = "不客气。还有要办的事，直接说。";

/// Said to a greeting.
pub const HELLO: &str = "您好。您想办什么事？";

/// Said to whoever asks who speaks.
pub const WHO: &str = "我是查办事指南的程序，不是真人；答的都是指南里写的。要找人工，请拨打 12345。";

/// Said to a fact about the asker.
pub const NOTED: &str = "好，记下了。";

/// Said to what can't be pressed now.
pub const NO_SUCH_OPTION: &str = "这一步没有这个选项。";

/// Said above lines of the guide that speak of what was asked.
pub const GUIDE_SAYS: &str = "指南里和这有关的：";

/// Said where the guide does not speak of what was asked.
pub const NOT_MENTIONED: &str =
    "这一点，这个事项的指南没有写。可以打咨询电话或 12345 问清；要问别的事，请把事说全。";

/// Said where an answer was not understood.
pub const NOT_UNDERSTOOD: &str = "这句我没听明白。";

/// Said after "none of these", before further ones.
pub const THEN_THESE: &str = "那再看看这几个：";

/// Said after "none of these" when nothing is left.
pub const SAY_OTHERWISE: &str = "请换个说法，说说您遇到了什么事、想拿到什么证或钱。";

/// Said when asking has not helped twice.
pub const NOT_FOUND_AGAIN: &str = "我没有找对。请拨打 12345，由人工帮您查，也可以换个说法再试一次。";

/// Said beside the best three.
pub const OR_HUMAN: &str = "都不是的话，可以转人工。";

/// Said after a skipped question.
pub const SKIPPED: &str = "没关系。不确定的材料都列在下面，标着“看情形”。";

/// Said where no place is given.
pub const NO_PLACE: &str = "以下为通用指南，各地可能不同；说出地名就能换成当地的。";

/// Said where personal data were masked.
pub const MASKED: &str = "您的话里有证件号码或电话，已遮住，没有保存。办事查询不需要它们。";

/// Said to repeated abuse.
pub const ABUSE_AGAIN: &str = "我帮不上您，请拨打 12345，由人工接听。";

/// Said above a comparison.
pub const COMPARED: &str = "各地的指南对照如下，不同的排在前面：";

/// Asks whether one guess is right.
pub fn is_it(name: &str) -> String {
    format!("您要办的是不是“{name}”？")
}

/// Says whose guide answers for a place.
pub fn from_guide(place: &str, guide: &str) -> String {
    match place == guide {
        true => format!("{place}：本地指南。"),
        false => format!("{place}：没有单独的指南，用{guide}的。"),
    }
}

/// Says that none does.
pub fn no_guide(place: &str) -> String {
    format!("{place}：没有这个事项的指南。")
}

/// Said above a comparison in which nothing differs.
pub const NO_DIFFERENCE: &str = "按现有指南，这几个地方没有不同。";

/// Says that a place was taken over.
pub fn place_taken(name: &str) -> String {
    format!("好，按{name}来查。")
}

/// The same where nothing is being talked about.
pub fn place_then(name: &str) -> String {
    format!("好，按{name}来查。您想办什么事？")
}

/// Asks for the second place of a comparison.
pub fn compare_with_what(first: Option<&str>) -> String {
    match first {
        Some(name) => format!("您想拿{name}和哪个地方比？说出地名就行。"),
        None => "您想比哪两个地方？说出地名就行。".to_owned(),
    }
}

/// Said above a life-event bundle.
pub fn bundle(name: &str) -> String {
    format!("这要办好几件事，合起来叫“{name}”：")
}

/// Said above several items.
pub fn several(count: usize) -> String {
    format!("您说了 {count} 件事，材料合在一起列出：")
}

/// The first sentence above a card.
pub fn answer(name: &str, case: Option<&str>, place: Option<&str>, counts: &str) -> String {
    let case = case.filter(|case| *case != name).map(|case| format!("（{case}）")).unwrap_or_default();
    let place = place.map(|place| format!("，按{place}的指南")).unwrap_or_default();
    format!("{name}{case}{place}：{counts}。")
}

/// The first sentence above lines that answer a follow-up.
pub fn about(name: &str, case: Option<&str>) -> String {
    match case.filter(|case| *case != name) {
        Some(case) => format!("{name}（{case}）："),
        None => format!("{name}："),
    }
}

/// Said of an item whose case is not known yet.
pub fn cases_of(name: &str) -> String {
    format!("{name}：先选您的情况，要带的材料不一样。")
}

/// A card in few words: what to bring, one line each, and where to ask.
pub fn in_short(card: &Card) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let bring: Vec<&str> = card
        .materials
        .iter()
        .filter(|line| matches!(line.state, MaterialState::Needed | MaterialState::Later))
        .map(|line| line.material.name.as_str())
        .collect();
    if !bring.is_empty() {
        lines.push(format!("要带：{}。", bring.join("、")));
    }
    let among =
        |lines: &[Line], label: &str| lines.iter().find(|l| l.label == label).and_then(|l| l.value.clone());
    for (name, value) in [
        ("几天", among(&card.limits, "承诺办结时限")),
        ("钱", among(&card.limits, "收费")),
        ("电话", among(&card.channels, "咨询电话")),
    ] {
        lines.extend(value.map(|value| format!("{name}：{value}。")));
    }
    lines
}

/// Said of an item in focus to a question that its guide may not answer, above other items that may be meant.
pub fn or_another(name: &str) -> String {
    format!("问“{name}”的话，它的指南没有写到这一点；问别的事，请看是不是下面的：")
}

/// Said to a place of another province.
pub const BEYOND: &str = "我只有内蒙古自治区的指南，外省的请拨打当地的 12345（异地拨打加区号）问清。";

/// Says why a question is none of ours, and who answers it.
///
/// The numbers are the national hotlines of these bodies.
pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Beyond => BEYOND,
        Channel::Court => "法院的案子不归政务服务，我答不了。请拨打法院的诉讼服务热线 12368。",
        Channel::Procurator => "检察院的事不归政务服务，我答不了。请拨打检察服务热线 12309。",
        Channel::Discipline => "反映公职人员违纪违法，请找纪检监察机关，举报电话 12388。",
        Channel::Petition => "信访的事不归政务服务，我答不了。请到当地信访部门，或在国家信访局网站上提。",
        Channel::Consular => {
            "外国签证和领事的事我答不了：签证问那个国家的使领馆，在国外求助拨打外交部热线 12308。"
        }
        Channel::Parcel => "寄递的事请先找寄件的公司；解决不了，拨打邮政业申诉热线 12305。",
        Channel::Rail => "火车票的事请拨打铁路客服 12306。",
        Channel::Bank => "银行、保险的业务请找那一家办；有纠纷拨打 12378。",
        Channel::Power => "用电的事请拨打供电服务热线 95598。",
        Channel::Dispute => "这是私人之间的法律问题，我答不了。请拨打公共法律服务热线 12348，免费咨询。",
    }
}

/// Said of an item whose guides are out of force.
pub fn not_in_force(name: &str) -> String {
    format!("“{name}”现在没有生效的办事指南。请拨打 12345 问清。")
}

/// One side of an item that its guide does not speak of.
pub fn silent(side: &str) -> String {
    format!("{side}：{NOT_STATED}。")
}

/// Where to ask about what a guide is silent on.
pub fn ask_there(phone: Option<&str>) -> String {
    match phone {
        Some(phone) => format!("可以打咨询电话问清：{phone}。"),
        None => "可以拨打 12345 问清。".to_owned(),
    }
}

/// Said before anything else when somebody may be in danger.
pub const EMERGENCY: &str = "如有危险，请马上拨打：着火 119，急救 120，报警 110，交通事故 122。";

/// Said to somebody who can't go on living. 12356 is the national line for mental health.
pub const DESPAIR: &str =
    "您别一个人扛着。请马上拨打心理援助热线 12356，有人听您说；有危险请拨打 120 或 110，也请告诉身边的人。";

/// Said where somebody waits for a person: the place in the queue, 1 is next, and the wait in minutes.
pub fn queued(place: usize, wait: Option<(u32, u32)>) -> String {
    match wait {
        Some((from, to)) => format!("您排在第 {place} 位，预计 {from}–{to} 分钟。"),
        None => format!("您排在第 {place} 位。"),
    }
}

/// Said when the wait begins.
pub const QUEUE_BEGINS: &str = "已为您转人工。等的时候可以接着写，人工接入后都能看到。";

/// Said when nobody has come for a while.
pub const QUEUE_SLOW: &str = "让您久等了，还没有人接。您可以接着等，也可以留言，会有人联系您。";

/// Said to whoever no longer waits.
pub const QUEUE_LEFT: &str = "好，不等人工了。您可以接着问我。";

/// Said where it is open, but nobody is there.
pub const NOBODY_THERE: &str = "现在没有坐席在线。您可以留言，会有人联系您，也可以拨打 12345。";

/// Said out of hours; `next` is the next opening with day and hour.
pub fn desk_closed(next: Option<&str>) -> String {
    match next {
        Some(next) => {
            format!("现在不是人工服务时间，下次开始：{next}（北京时间）。您可以留言，也可以拨打 12345。")
        }
        None => "现在不是人工服务时间。您可以留言，也可以拨打 12345。".to_owned(),
    }
}

/// Said of the desk where somebody is free.
pub const DESK_OPEN: &str = "人工在线。";

/// Said of the desk where all are at their limit.
pub const DESK_BUSY: &str = "人工都在接待，需要排队。";

/// Said when a person takes over.
pub fn agent_joined(number: &str) -> String {
    format!("人工客服 {number} 已接入。")
}

/// Said when a person hands on.
pub const AGENT_FORWARDS: &str = "正在为您转给其他同事，请稍等，不用重新排队。";

/// Said when a person's line broke.
pub const AGENT_LOST: &str = "人工客服的连接断了，正在为您转给其他同事，不用重新排队。";

/// Said when the program answers again.
pub const AGENT_LEFT: &str = "人工接待结束了。您可以接着问我。";

/// Said when a message was left.
pub fn message_left(ticket: &str, promise: Option<&str>) -> String {
    match promise {
        Some(promise) => format!("留言记下了，编号 {ticket}，{promise}会有人联系您。"),
        None => format!("留言记下了，编号 {ticket}，会有人联系您。"),
    }
}

/// Said to whoever waits for a call.
pub fn call_back(ticket: &str) -> String {
    format!("您的留言（编号 {ticket}）正在等人联系您。")
}

/// Asked when nothing was said to a person for long.
pub const STILL_THERE: &str = "您还在吗？一分钟内没有回复，这次会话就先结束。";

/// Said at the end.
pub const ENDED: &str = "会话已结束。";

/// Said at the end for want of words.
pub const ENDED_IDLE: &str = "很久没有收到您的消息，会话先结束了。还有事，可以再开始。";

/// What a turn says before its content.
pub fn lead(status: Status, route: Route) -> &'static str {
    match route {
        Route::Item => {}
        Route::Emergency => return EMERGENCY,
        Route::Complaint => return "投诉、举报请拨打 12345，说清时间、地点和经过，会有人登记并转给主管部门。",
        Route::Help => return "这件事要有人到场处理，请拨打 12345，说清地点和情况。",
        Route::Progress => {
            return "这里查不到个人的办件。请在您提交申请的网站或 App 的“我的办件”里查，或问受理您申请的窗口；\
                    请不要在这里发送证件号码。";
        }
        Route::Appointment => return "这里不能预约取号。请向办事的政务大厅预约，出门前先打电话问清。",
        Route::Human => return "这里还不能直接转人工，请拨打 12345，有人接听。",
        Route::Chitchat => return "我只答政务服务的事：办什么、带什么、去哪办。您想办什么？",
        Route::Abuse => return "这段内容不能处理。想办什么事，可以直接说；要找人工，请拨打 12345。",
        Route::OutOfScope => return "这不在政务服务事项里，我答不了。您可以拨打 12345 问清该找谁。",
    }
    match status {
        Status::Answered => "为您找到这个事项：",
        Status::Clarify => WHICH_ONE,
        Status::Candidates => "没有完全对上，您看看是不是下面这些：",
        Status::OutOfScope => "没有找到对应的政务服务事项。您可以换个说法，或拨打 12345 咨询。",
        Status::Unsafe => "这段内容不能处理，请换个说法。",
        Status::Handoff => "请拨打 12345，由人工为您服务。",
        Status::Unavailable => "查询服务暂时不可用，请稍后再试，或拨打 12345。",
    }
}

/// Says what a question was taken for by its sound.
pub fn heard(reading: &str) -> String {
    format!("按“{reading}”查找；不是这个意思，请换个说法")
}

/// One sentence on the materials: how many to bring, how many may be waived, how many depend on an answer.
pub fn materials(needed: usize, waivable: usize, open: usize) -> String {
    if needed + waivable + open == 0 {
        return format!("申请材料：{NOT_STATED}");
    }
    let mut parts = Vec::new();
    if needed > 0 {
        parts.push(format!("需带 {needed} 份材料"));
    }
    if waivable > 0 {
        parts.push(format!("{waivable} 份可用电子证照免交（调取失败时请带原件）"));
    }
    if open > 0 {
        parts.push(format!("{open} 份看具体情形"));
    }
    parts.join("；")
}

/// Titles a sheet to take along.
pub const SHEET_CHECKLIST: &str = "办事材料清单";

/// Titles the sheet for whoever lacks something.
pub const SHEET_NOTICE: &str = "一次性告知单";

/// Labels and headings of both.
pub const SHEET_PLACE: &str = "办理地区";
/// 实施主体
pub const SHEET_ORGAN: &str = "实施主体";
/// The guide's code, version and day.
pub const SHEET_GUIDE: &str = "办事指南";
/// Where to go.
pub const SHEET_WHERE: &str = "去哪里办";
/// 地址
pub const SHEET_ADDRESS: &str = "地址";
/// 窗口
pub const SHEET_WINDOW: &str = "窗口";
/// 时间
pub const SHEET_HOURS: &str = "时间";
/// 电话
pub const SHEET_PHONE: &str = "电话";
/// 交通
pub const SHEET_ROUTE: &str = "交通";
/// 咨询电话
pub const SHEET_CONSULT: &str = "咨询电话";
/// Limits and fees.
pub const SHEET_LIMITS: &str = "多久、多少钱";
/// What is missing.
pub const SHEET_MISSING: &str = "还缺这些材料";
/// Heads the line to sign on.
pub const SHEET_SIGNED: &str = "告知与签收";
/// The line to sign on.
pub const SHEET_SIGN: &str = "工作人员：＿＿＿＿＿＿＿＿　申请人：＿＿＿＿＿＿＿＿　日期：＿＿＿＿＿＿＿＿";
/// Below the code of the online address.
pub const SHEET_SCAN: &str = "扫码在线办理";
/// Beside a material that an electronic licence may replace.
pub const SHEET_WAIVABLE: &str = "可用电子证照免交，调取失败时请带原件";
/// Beside a material that may follow.
pub const SHEET_LATER: &str = "可以后补";
/// Beside a material that only some need, where the guide doesn't say who.
pub const SHEET_DEPENDS: &str = "看具体情形才要，请先问清";

/// The guide's version.
pub fn sheet_version(version: &str) -> String {
    format!("版本 {version}")
}

/// The guide's day.
pub fn sheet_updated(day: &str) -> String {
    format!("更新于 {day}")
}

/// Ends a sheet.
pub fn sheet_foot(source: Option<&str>, today: &str) -> String {
    let source = source.map(|source| format!("来源：{source}。")).unwrap_or_default();
    format!("每一行都来自办事指南，指南没写的不代表没有要求，请以窗口答复为准。{source}打印于 {today}。")
}

/// Begins what is told on the telephone.
pub fn say_item(name: &str, case: Option<&str>) -> String {
    match case {
        Some(case) => format!("您要办的是“{name}”，{case}。"),
        None => format!("您要办的是“{name}”。"),
    }
}

/// Tells what to bring.
pub fn say_needed(names: &[String]) -> String {
    format!("要带{}样：{}。", names.len(), names.join("；"))
}

/// Tells what may follow.
pub fn say_later(names: &[String]) -> String {
    format!("可以后补：{}。", names.join("；"))
}

/// Tells what an electronic licence may replace.
pub fn say_waivable(names: &[String]) -> String {
    format!("可用电子证照免交，调取失败时要带原件：{}。", names.join("；"))
}

/// Tells what to ask before the rest can be said.
pub fn say_ask(question: &str, options: &[&str]) -> String {
    format!(
        "先问清：{}{}。",
        question.trim_end_matches(['？', '?', '。']),
        match options.is_empty() {
            true => String::new(),
            false => format!("？{}", options.join("，还是")),
        }
    )
}

/// Tells what only some need.
pub fn say_open(names: &[String]) -> String {
    format!("看具体情形才要：{}。", names.join("；"))
}

/// Tells a field.
pub fn say_line(label: &str, value: &str) -> String {
    match value.ends_with(['。', '！', '？']) {
        true => format!("{label}：{value}"),
        false => format!("{label}：{value}。"),
    }
}

/// A field that is written to somebody, with where it was read.
pub fn written_line(label: &str, text: &str, sources: &str) -> String {
    match sources.is_empty() {
        true => format!("{label}：{text}"),
        false => format!("{label}：{text}〔{sources}〕"),
    }
}

/// Which guide written fields are from.
pub fn written_from(name: &str, place: Option<&str>, day: Option<&str>) -> String {
    let place = place.map(|place| format!("{place}，")).unwrap_or_default();
    format!("以上出自《{name}》办事指南（{place}更新日期：{}）。", day.unwrap_or(NOT_STATED))
}

/// Tells that the guide is silent.
pub fn say_silence(label: &str) -> String {
    format!("{label}，指南没有写明。")
}

/// Names a place that was understood but has no match in the divisions file.
pub fn unknown_region(code: &str) -> String {
    format!("没有代码为 {code} 的行政区划")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_sentence() {
        for status in Status::ALL {
            assert!(lead(status, Route::Item).chars().count() > 5, "{status:?}");
        }
        for route in Route::ALL {
            assert!(lead(Status::Handoff, route).chars().count() > 5, "{route:?}");
        }
    }

    #[test]
    fn materials_are_counted_aloud() {
        for (counts, want) in [
            ((0, 0, 0), "申请材料：指南未载明"),
            ((2, 0, 0), "需带 2 份材料"),
            ((1, 1, 1), "需带 1 份材料；1 份可用电子证照免交（调取失败时请带原件）；1 份看具体情形"),
            // Never "0 to bring" while answers are open: it would be read as nothing at all.
            ((0, 0, 3), "3 份看具体情形"),
        ] {
            assert_eq!(materials(counts.0, counts.1, counts.2), want);
        }
    }
}
