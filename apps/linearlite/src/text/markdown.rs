//! Markdown as HTML that is safe to show: what people write is theirs, what runs is ours.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, html::push_html};

/// Renders Markdown. HTML in it is shown as text, and links lead to web pages and mail addresses only.
pub fn to_html(markdown: &str) -> String {
    let options =
        Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut html = String::with_capacity(markdown.len() * 2);
    push_html(&mut html, Parser::new_ext(markdown, options).map(harmless));
    // A link may lead to another store of this app, which takes a new page: the router leaves those alone. What people
    // write has no `<` any more.
    html.replace("<a href=", "<a rel=\"external\" href=")
}

fn harmless(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        // Without this a block of HTML would be written without the paragraph around it.
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(pulldown_cmark::TagEnd::HtmlBlock) => {
            Event::End(pulldown_cmark::TagEnd::Paragraph)
        }
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let dest_url = checked(link_type, dest_url);
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            })
        }
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let dest_url = checked(link_type, dest_url);
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            })
        }
        // With a name for who can't see it.
        Event::TaskListMarker(done) => Event::InlineHtml(CowStr::Borrowed(match done {
            true => r#"<input type="checkbox" disabled checked aria-label="Done">"#,
            false => r#"<input type="checkbox" disabled aria-label="Not done">"#,
        })),
        event => event,
    }
}

fn checked(link: LinkType, url: CowStr<'_>) -> CowStr<'_> {
    let lower = url.trim().to_ascii_lowercase();
    let is_safe = link == LinkType::Email
        || ["https://", "http://", "mailto:", "#", "/"]
            .iter()
            .any(|start| lower.starts_with(start));
    if is_safe { url } else { CowStr::Borrowed("#") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_html() {
        assert_eq!(to_html("a **b**"), "<p>a <strong>b</strong></p>\n");
        assert!(to_html("- [x] done").contains("checkbox"));
        assert!(to_html("[a](https://example.org)").contains("href=\"https://example.org\""));
    }

    #[test]
    fn a_link_loads_a_new_page() {
        let html = to_html("[a](/?store=b) `<a href=x>` <a href='y'>");
        assert!(
            html.contains(r#"<a rel="external" href="/?store=b">"#),
            "{html}"
        );
        assert_eq!(html.matches("<a ").count(), 1, "{html}");
    }

    #[test]
    fn nothing_in_a_text_runs() {
        let html = to_html(
            "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1)) \
             ![x]( JavaScript:alert(1)) <a href='javascript:1'>b</a> [d](data:text/html,x)",
        );
        assert!(
            !html.contains("<script") && !html.contains("<img src=x"),
            "{html}"
        );
        assert!(!html.to_lowercase().contains("href=\"javascript"), "{html}");
        assert!(!html.to_lowercase().contains("src=\"javascript"), "{html}");
        assert!(!html.contains("\"data:"), "{html}");
    }
}
