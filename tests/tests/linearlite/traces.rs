//! How fast it feels at 50,000 issues, measured: `cargo xtask test e2e -- traces --ignored --nocapture`.

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};
use serde_json::{Value, json};

/// Notes how long after each key (or input) the frame is drawn that shows what came of it.
const METER: &str = "window.painted = []; \
    const note = (event) => { \
      const start = event.timeStamp; \
      requestAnimationFrame(() => { \
        const channel = new MessageChannel(); \
        channel.port1.onmessage = () => window.painted.push(performance.now() - start); \
        channel.port2.postMessage(0); \
      }); \
    }; \
    addEventListener(arguments[0], note, true);";

/// Scrolls the list from frame to frame, and returns how long each frame took.
const SCROLL: &str = "const [step, frames] = arguments; \
    const list = document.querySelector('.list'); \
    list.scrollTop = 0; \
    return new Promise((done) => { \
      const times = []; let last; \
      const frame = (now) => { \
        if (last !== undefined) times.push(now - last); \
        last = now; list.scrollTop += step; \
        if (times.length < frames) requestAnimationFrame(frame); else done(times); \
      }; \
      requestAnimationFrame(frame); \
    });";

/// Notes when the first row is there, counted from the start of the navigation.
const BOOT: &str = "new MutationObserver((_, observer) => { \
      if (document.querySelector('.row')) { observer.disconnect(); requestAnimationFrame(() => { window.booted = performance.now(); }); } \
    }).observe(document, { subtree: true, childList: true });";

#[test]
#[ignore = "measures"]
fn traces() {
    run(async |app| {
        app.driver()
            .cdp()
            .send_raw(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": BOOT }),
            )
            .await?;
        let start = std::time::Instant::now();
        app.seed("50,000").await?;
        println!(
            "{}",
            json!({ "what": "seed 50,000", "seconds": start.elapsed().as_secs_f64() })
        );
        app.until_at_last("the leader to have everything", |page| {
            page.sync == "Synced"
        })
        .await?;
        println!(
            "{}",
            json!({ "what": "seed and sync 50,000", "seconds": start.elapsed().as_secs_f64() })
        );
        boot(app).await?;
        status_changes(app).await?;
        cursor_steps(app).await?;
        scrolling(app).await?;
        search(app).await?;
        Ok(())
    });
}

async fn boot(app: &Linearlite) -> Result<(), Failure> {
    let mut times = Vec::new();
    for _ in 0..5 {
        app.open("/").await?;
        app.until_at_last("the list", |page| page.count == Some(50_000))
            .await?;
        times.push(app.script::<f64>("return window.booted", vec![]).await?);
    }
    report("boot to the first rows", times);
    Ok(())
}

async fn status_changes(app: &Linearlite) -> Result<(), Failure> {
    app.open("/").await?;
    app.until_at_last("the list", |page| page.count == Some(50_000))
        .await?;
    app.press("home").await?;
    app.script::<()>(METER, vec![json!("keydown")]).await?;
    let mut times = Vec::new();
    for _ in 0..30 {
        app.press("s").await?;
        app.until("the menu", |page| {
            page.choices.len() == 5 && page.focus == "Change status…"
        })
        .await?;
        app.script::<()>("window.painted = []", vec![]).await?;
        app.type_text("4").await?;
        app.until("it to close", |page| page.dialog.is_none())
            .await?;
        times.push(last_painted(app).await?);
    }
    report("status change to paint", times);
    Ok(())
}

async fn cursor_steps(app: &Linearlite) -> Result<(), Failure> {
    app.script::<()>("window.painted = []", vec![]).await?;
    for _ in 0..60 {
        app.press("j").await?;
    }
    app.script::<()>("return new Promise((go) => setTimeout(go, 100))", vec![])
        .await?;
    report(
        "next issue (j) to paint",
        app.script("return window.painted", vec![]).await?,
    );
    Ok(())
}

async fn scrolling(app: &Linearlite) -> Result<(), Failure> {
    for (what, step) in [
        ("scroll frame, 120 px a frame", 120),
        ("scroll frame, 2,000 px a frame", 2_000),
    ] {
        let times: Vec<f64> = app.script(SCROLL, vec![json!(step), json!(300)]).await?;
        report(what, times);
    }
    Ok(())
}

async fn search(app: &Linearlite) -> Result<(), Failure> {
    app.open("/search").await?;
    app.until("the field", |page| page.focus == "Search issues")
        .await?;
    app.script::<()>(METER, vec![json!("input")]).await?;
    let mut times = Vec::new();
    for letter in "keyboard navigation".chars() {
        app.script::<()>("window.painted = []", vec![]).await?;
        app.type_text(&letter.to_string()).await?;
        times.push(last_painted(app).await?);
    }
    println!(
        "{}",
        json!({ "what": "search, letter by letter", "ms": times })
    );
    report("search keystroke to results", times);
    Ok(())
}

async fn last_painted(app: &Linearlite) -> Result<f64, Failure> {
    loop {
        if let Some(time) = app
            .script::<Option<f64>>("return window.painted.at(-1) ?? null", vec![])
            .await?
        {
            return Ok(time);
        }
    }
}

fn report(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let line: Value = json!({
        "what": what, "samples": times.len(),
        "median_ms": at(0.5), "p95_ms": at(0.95), "worst_ms": at(1.0),
    });
    println!("{line}");
}
