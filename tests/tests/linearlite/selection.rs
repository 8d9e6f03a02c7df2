//! Selecting several issues and changing them at once.

use livestore_tests::linearlite::run;

#[test]
fn x_selects_and_a_change_is_for_all_of_them() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("home x j x").await?;
        app.until("two selected", |page| {
            page.selection.as_deref() == Some("2 selected")
        })
        .await?;
        app.choose("s", "Done").await?;
        let page = app
            .until("two done", |page| {
                page.group_of("Three") == Some("Done") && page.group_of("Two") == Some("Done")
            })
            .await?;
        assert_eq!(page.group_of("One"), Some("Todo"));
        assert!(
            page.toasts
                .iter()
                .any(|toast| toast == "2 issues moved to Done"),
            "{:?}",
            page.toasts
        );
        app.click_button("Undo").await?;
        app.until("all in Todo", |page| {
            page.groups.len() == 1 && page.groups[0].count == 3
        })
        .await?;
        Ok(())
    });
}

#[test]
fn shift_and_an_arrow_extend_the_selection_and_escape_clears_it() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("home shift+arrowdown shift+arrowdown").await?;
        app.until("three selected", |page| {
            page.selection.as_deref() == Some("3 selected")
        })
        .await?;
        app.press("escape").await?;
        app.until("none", |page| page.selection.is_none()).await?;
        app.press("mod+a").await?;
        app.until("all", |page| {
            page.selection.as_deref() == Some("3 selected")
        })
        .await?;
        app.press("mod+backspace").await?;
        app.until("none left", |page| {
            page.empty.is_some() && page.selection.is_none()
        })
        .await?;
        app.press("mod+z").await?;
        app.until("all back", |page| page.count == Some(3)).await?;
        Ok(())
    });
}

#[test]
fn a_change_of_many_is_one_commit() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("mod+a").await?;
        app.until("all", |page| page.selection.is_some()).await?;
        // What a person sees is drawn once per commit: the groups' counts never disagree.
        app.script::<()>(
            "window.seen = new Set(); \
             new MutationObserver(() => { \
               const counts = [...document.querySelectorAll('.group-count')].map((c) => Number(c.textContent)); \
               window.seen.add(counts.join()); \
             }).observe(document.querySelector('.list'), { subtree: true, childList: true, characterData: true });",
            vec![],
        )
        .await?;
        app.choose("s", "Canceled").await?;
        app.until("all canceled", |page| {
            page.group_of("One") == Some("Canceled")
        })
        .await?;
        let seen: Vec<String> = app.script("return [...window.seen]", vec![]).await?;
        assert!(
            seen.iter().all(|counts| counts
                .split(',')
                .filter_map(|n| n.parse::<u32>().ok())
                .sum::<u32>()
                % 3
                == 0),
            "{seen:?}"
        );
        Ok(())
    });
}
