//! The door and the worker.

use futures::future::join_all;
use jiff::SignedDuration;
use quell::{
    alert::Detector,
    clock::Clock,
    hold::DeliveryId,
    way::{Host, ReceiveError},
};

use crate::{attackers::Coming, soak::Soak};

impl Soak {
    /// Takes in what has come.
    pub(crate) async fn receive(&mut self, host: &Host) -> anyhow::Result<()> {
        while let Some(alert) = self.coming.pop_if(|alert| alert.at <= self.clock.now()) {
            let times = 1 + usize::from(self.rng.u8(0..50) == 0);
            for _ in 0..times {
                let id = DeliveryId::given("soak", &alert.delivery.to_string());
                match host
                    .receive("soak", Detector::StealthwatchCloud, id, alert.body.as_bytes())
                    .await
                {
                    Ok(_) => {}
                    Err(ReceiveError::Full { .. }) => {
                        self.come_again(alert.clone());
                        return Ok(());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            self.figures.alerts += 1;
            self.figures.sent_twice += times - 1;
        }
        Ok(())
    }

    /// Who is told that the queue is full comes again.
    fn come_again(&mut self, alert: Coming) {
        let at = self.clock.now() + SignedDuration::from_secs(20);
        self.coming.push(Coming { at, ..alert });
        self.coming
            .sort_by_key(|alert| std::cmp::Reverse((alert.at, alert.delivery)));
    }

    /// What the worker does: works on what waits, many at the same time.
    pub(crate) async fn work(&mut self, host: &Host) -> anyhow::Result<()> {
        loop {
            let waiting = host.journal().waiting(self.clock.now(), 36).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            for worked in join_all(waiting.iter().map(|delivery| host.work(delivery))).await {
                worked?;
            }
        }
    }
}
