//! A measurement as one page: figures, the reliability curve, the abstain curve, and what went wrong.

use super::{Abstain, Miss, Reliability, Report};
use std::fmt::Write;

/// Misses shown of each run.
const MISSES: usize = 60;

/// Side of a picture and its margin, pixels.
const SIDE: f64 = 320.0;
const MARGIN: f64 = 44.0;

/// The page; `runs` are names with their reports.
pub fn html(runs: &[(String, Report)]) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"zh-Hans\"><meta charset=\"utf-8\"><title>帮办 测评报告</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>\
         body{font:15px/1.6 sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#1c2524}\
         table{border-collapse:collapse;margin:.6em 0}td,th{border:1px solid #c3cdcb;padding:.25em .7em;text-align:right}\
         td:first-child,th:first-child{text-align:left}figure{display:inline-block;margin:0 2em 1em 0}\
         .miss td{text-align:left;vertical-align:top}svg text{font:12px sans-serif}</style><h1>帮办 测评报告</h1>",
    );
    for (name, report) in runs {
        section(&mut page, name, report);
    }
    page
}

fn section(page: &mut String, name: &str, report: &Report) {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let _ = write!(
        page,
        "<h2>{}</h2><p>模型 {} · 索引 {}</p>",
        escape(name),
        escape(report.model.as_deref().unwrap_or("无")),
        escape(&report.index)
    );
    let mut table = |title: &str, head: &[&str], rows: Vec<Vec<String>>| {
        let _ = write!(page, "<h3>{title}</h3><table><tr>");
        head.iter().for_each(|cell| page.push_str(&format!("<th>{}</th>", escape(cell))));
        for row in rows {
            page.push_str("</tr><tr>");
            row.iter().for_each(|cell| page.push_str(&format!("<td>{}</td>", escape(cell))));
        }
        page.push_str("</tr></table>");
    };
    if report.n > 0 {
        let r = report;
        table(
            "事项",
            &["题数", "第一条", "前三条", "前五条", "前十条"],
            vec![vec![r.n.to_string(), percent(r.hit1), percent(r.hit3), percent(r.hit5), percent(r.hit10)]],
        );
        let lists = [("按词", r.by_list.keyword), ("按义", r.by_list.vector), ("合并", r.by_list.fused)];
        let rows = lists.map(|(name, l)| vec![name.to_owned(), percent(l.hit1), percent(l.hit5)]);
        table("各路", &["", "第一条", "前五条"], rows.to_vec());
        table(
            "怎样收尾",
            &["", "占比", "其中对的"],
            vec![
                vec!["直接回答".into(), percent(r.answered.share), percent(r.answered.right)],
                vec!["追问或列出".into(), percent(r.clarified.share), percent(r.clarified.right)],
                vec!["不答".into(), percent(r.abstained.share), "—".into()],
            ],
        );
    }
    if report.none.n > 0 {
        let none = report.none;
        table(
            "没有对应事项的问题",
            &["题数", "被当作有把握回答的"],
            vec![vec![none.n.to_string(), percent(none.answered_share)]],
        );
    }
    if report.routes.n > 0 {
        let rows = report.routes.per_route.iter().map(|(route, score)| {
            vec![route.clone(), score.n.to_string(), percent(score.precision), percent(score.recall)]
        });
        let title = format!(
            "去向：宏平均 F1 {:.3}，正确 {}",
            report.routes.macro_f1,
            percent(report.routes.accuracy)
        );
        table(&title, &["去向", "题数", "查准", "查全"], rows.collect());
    }
    if report.facets.n > 0 {
        table(
            "问的方面",
            &["题数", "正确"],
            vec![vec![report.facets.n.to_string(), percent(report.facets.accuracy)]],
        );
    }
    let cases = report.cases;
    if cases.n + cases.open > 0 {
        table(
            "业务办理项",
            &["说明了哪一种的", "当作已说明", "其中对的", "没有说明的", "被当作已说明"],
            vec![vec![
                cases.n.to_string(),
                percent(cases.told),
                percent(cases.right),
                cases.open.to_string(),
                percent(cases.presumed),
            ]],
        );
    }
    if !report.styles.is_empty() {
        let rows = report.styles.iter().map(|(style, hits)| {
            vec![style.clone(), hits.n.to_string(), percent(hits.hit1), percent(hits.hit3)]
        });
        table("各种问法", &["问法", "题数", "第一条", "前三条"], rows.collect());
    }
    if report.n > 0 {
        let _ = write!(page, "<h3>可信度：平均偏差 {:.3}</h3>", report.calibration.error);
        page.push_str(&reliability(&report.calibration.reliability));
        page.push_str(&abstain(&report.calibration.abstain));
    }
    misses(page, &report.misses);
}

/// Axes from 0 to 1 with a title; `inside` is drawn over them.
fn picture(title: &str, across: &str, up: &str, inside: &str) -> String {
    let (side, end) = (SIDE + 2.0 * MARGIN, SIDE + MARGIN);
    let ticks: String = (0..=5)
        .map(|n| {
            let share = f64::from(n) / 5.0;
            let (x, y) = place(share, share);
            format!(
                "<text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{share:.1}</text>\
                 <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{share:.1}</text>",
                end + 16.0,
                MARGIN - 6.0,
                y + 4.0
            )
        })
        .collect();
    format!(
        "<figure><svg role=\"img\" aria-label=\"{title}\" width=\"{side}\" height=\"{side}\">\
         <path d=\"M{MARGIN} {MARGIN}V{end}H{end}\" fill=\"none\" stroke=\"#677\"/>{ticks}\
         <text x=\"{MARGIN}\" y=\"20\">{title}</text><text x=\"{end}\" y=\"{:.0}\" text-anchor=\"end\">{across}</text>\
         <text x=\"{:.0}\" y=\"{:.0}\">{up}</text>{inside}</svg></figure>",
        side - 6.0,
        MARGIN + 6.0,
        MARGIN - 6.0
    )
}

/// Where a pair of shares lies in a picture.
fn place(across: f64, up: f64) -> (f64, f64) {
    (MARGIN + across * SIDE, MARGIN + (1.0 - up) * SIDE)
}

fn line(points: impl Iterator<Item = (f64, f64)>, stroke: &str) -> String {
    let points: Vec<String> = points
        .map(|(across, up)| {
            let (x, y) = place(across, up);
            format!("{x:.1},{y:.1}")
        })
        .collect();
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"/>",
        points.join(" ")
    )
}

fn reliability(parts: &[Reliability]) -> String {
    let most = parts.iter().map(|p| p.n).max().unwrap_or(1).max(1) as f64;
    let mut inside = line([(0.0, 0.0), (1.0, 1.0)].into_iter(), "#b8c2c0");
    inside += &line(parts.iter().filter(|p| p.n > 0).map(|p| (p.told, p.right)), "#0b5f57");
    for part in parts.iter().filter(|p| p.n > 0) {
        let (x, y) = place(part.told, part.right);
        // The dot's area grows with the rows behind it.
        let radius = 3.0 + 7.0 * (part.n as f64 / most).sqrt();
        let _ = write!(
            inside,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"#0b5f57\" fill-opacity=\".35\"><title>{} 题，\
             说 {:.2}，对 {:.2}</title></circle>",
            part.n, part.told, part.right
        );
    }
    picture("可靠性：说几成，对几成", "说的可信度", "实际正确", &inside)
}

fn abstain(curve: &[Abstain]) -> String {
    let points = || curve.iter().filter(|a| a.answered > 0.0);
    let mut inside = line(points().map(|a| (a.answered, a.right)), "#0b5f57");
    for point in points() {
        let (x, y) = place(point.answered, point.right);
        let _ = write!(
            inside,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#0b5f57\"><title>从 {:.2} 起答：答 {:.3}，对 {:.3}</title></circle>",
            point.threshold, point.answered, point.right
        );
    }
    picture("取舍：答得少些，对得多些", "回答的占比", "其中正确", &inside)
}

fn misses(page: &mut String, misses: &[Miss]) {
    if misses.is_empty() {
        return;
    }
    let shown = misses.len().min(MISSES);
    let _ = write!(
        page,
        "<h3>答错的 {} 题，最有把握的在前（列出 {shown}）</h3><table class=\"miss\"><tr><th>问题</th><th>应为</th><th>答成</th><th>可信度</th>",
        misses.len()
    );
    for miss in &misses[..shown] {
        let _ = write!(
            page,
            "</tr><tr><td>{}</td><td>{}</td><td>{}</td><td>{:.2}</td>",
            escape(&miss.question),
            escape(&miss.wanted.join(" / ")),
            escape(&miss.got),
            miss.confidence
        );
    }
    page.push_str("</tr></table>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_both_curves_and_escapes_what_people_wrote() {
        let mut report = Report { n: 3, hit1: 0.5, ..Report::default() };
        report.calibration.reliability = vec![Reliability { n: 3, told: 0.45, right: 0.5 }];
        report.calibration.abstain = vec![Abstain { threshold: 0.5, answered: 0.4, right: 0.9 }];
        report.misses = vec![Miss {
            question: "<b>".into(),
            wanted: vec!["甲".into()],
            got: "乙".into(),
            confidence: 0.7,
        }];
        let page = html(&[("自有题".to_owned(), report)]);
        assert_eq!(page.matches("<svg").count(), 2);
        assert!(page.contains("&lt;b&gt;") && !page.contains("<b>"), "{page}");
        assert!(page.contains("50.0 %") && page.contains("自有题"));
    }
}
