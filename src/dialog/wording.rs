//! Every sentence that a citizen reads, and nothing else. Proofread as a whole.

use super::{Route, Status};

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

/// Shown while the model is missing or busy.
pub const KEYWORDS_ONLY: &str = "当前仅按关键词查找，结果可能不全";

/// Shown when a place name fits several divisions.
pub const WHICH_PLACE: &str = "您说的是哪个地方？";

/// Said above the options of near twins.
pub const WHICH_ONE: &str = "您要办的是下面哪一项？";

/// Said before anything else when somebody may be in danger.
pub const EMERGENCY: &str = "如有危险，请马上拨打：着火 119，急救 120，报警 110，交通事故 122。";

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
    parts.join("，另有 ")
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
            (
                (1, 1, 1),
                "需带 1 份材料，另有 1 份可用电子证照免交（调取失败时请带原件），另有 1 份看具体情形",
            ),
            // Never "0 to bring" while answers are open: it would be read as nothing at all.
            ((0, 0, 3), "3 份看具体情形"),
        ] {
            assert_eq!(materials(counts.0, counts.1, counts.2), want);
        }
    }
}
