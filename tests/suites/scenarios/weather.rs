//! Requests that are late, throttled, or done without an answer, by a seed: what is to be blocked is blocked, once, and goes again.

use quell_tests::{attack::Attack, fault::weathers};

use crate::stage_of;

#[tokio::test(flavor = "multi_thread")]
async fn in_whatever_weather_an_attacker_is_blocked_by_one_entry_and_let_in_again() {
    let weathers = weathers();
    let attacker = |number: usize| format!("203.0.113.{}", number + 1);
    let attack = |number: usize| Attack::new(u32::try_from(number).unwrap() + 1, &[(&attacker(number), 100)]);
    let attacks: Vec<_> = (0..weathers.len()).map(attack).collect();
    let stage = stage_of(&attacks, "").await;
    let _daemon = stage.quell.serve().unwrap();
    for (number, (weather, attack)) in weathers.iter().zip(&attacks).enumerate() {
        stage.ec2.weather(weather.clone());
        let place = stage.post(&stage.on_web(attack)).await.unwrap();
        stage.tried(&place).await.unwrap();
        stage.ec2.calm();
        let worked = stage.worked(&place).await.unwrap();
        assert_eq!(worked["state"], "done", "{weather}: {worked}");
        let entries = stage.new_entries().unwrap();
        assert_eq!(
            entries,
            [format!("99 deny {}/32 ingress", attacker(number))],
            "{weather}"
        );
        for hold in stage.holds().await.unwrap() {
            stage.release(hold.id).await.unwrap();
        }
        assert_eq!(stage.new_entries().unwrap(), Vec::<String>::new(), "{weather}");
    }
}
