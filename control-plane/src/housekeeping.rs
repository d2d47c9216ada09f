//! What is done now and then: uses of tokens are written down, and what is over is thrown away, so that neither memory
//! nor database grows with it.

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
            tracing::warn!("the house is not kept, trying again in a minute: {why}");
        }
    }
}

/// Writes down what was used, and throws away what is over now.
///
/// # Errors
/// If the database fails.
pub async fn keep_house_once(app: &App) -> Result<(), sqlx::Error> {
    app.limits.forget();
    app.uses.write_down(&app.store).await?;
    let mut connection = app.store.writing().await?;
    idempotency_keys::forget_old(&mut connection, app.clock.now()).await?;
    sessions::forget_old(&mut connection, app.clock.now()).await
}
