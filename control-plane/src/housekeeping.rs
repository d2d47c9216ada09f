//! What is thrown away now and then, so that neither memory nor database grows with what is over.

use crate::app::App;
use crate::store::{idempotency_keys, sessions};
use std::time::Duration;
use tokio::time::sleep;

/// How often. All of it is quick, and nobody waits for it.
const EVERY: Duration = Duration::from_secs(60);

/// Keeps house for ever.
pub async fn keep_house(app: App) {
    loop {
        sleep(EVERY).await;
        if let Err(why) = keep_house_once(&app).await {
            tracing::warn!("what is old is not thrown away, trying again in a minute: {why}");
        }
    }
}

/// Throws away what is over now.
///
/// # Errors
/// If the database fails.
pub async fn keep_house_once(app: &App) -> Result<(), sqlx::Error> {
    app.limits.forget();
    let mut connection = app.store.writing().await?;
    idempotency_keys::forget_old(&mut connection, app.clock.now()).await?;
    sessions::forget_old(&mut connection, app.clock.now()).await
}
