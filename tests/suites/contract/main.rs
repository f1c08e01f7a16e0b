//! A plugin that was built for a released contract, on hosts of today and of tomorrow. `wit/README.md` is the page about it.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use quell::{
    alert::{Alert, Detector, Place, Source},
    fact::{Answer, FactError, Facts, History, Question},
    sandbox::{Limits, Request, Sandbox, Use},
};
use quell_tests::guest;
use wasmtime::{
    Config, Engine, Store,
    component::{Component, Linker, Val, types::ComponentItem},
};

/// Knows every history and nothing else.
struct Histories;

#[async_trait]
impl Facts for Histories {
    async fn ask(&self, question: &Question) -> Result<Answer, FactError> {
        match question {
            Question::History(_) => Ok(Answer::History(History::default())),
            other => Err(FactError::NotKnown(other.to_string())),
        }
    }
}

fn request() -> Request {
    let alert = Alert {
        id: "6125".to_owned(),
        detector: Detector::StealthwatchCloud,
        kind: "Inbound Port Scanner".to_owned(),
        title: "Inbound Port Scanner on Network".to_owned(),
        description: String::new(),
        severity: None,
        time: None,
        test: false,
        resolved: false,
        source: Source::default(),
        place: Place::default(),
        extensions: Default::default(),
        raw: "{}".to_owned(),
    };
    Request {
        alert: Arc::new(alert),
        settings: "{}".to_owned(),
        now: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn a_plugin_built_for_the_released_contract_decides_on_this_host() {
    let sandbox = Sandbox::new(Use::OneAtATime, Limits::default(), None).unwrap();
    let plugin = sandbox.load("released", &guest::released()).await.unwrap();
    let decided = plugin.decide(request(), Arc::new(Histories)).await.unwrap();
    assert_eq!(decided.cost.host_calls, 5);
    insta::assert_snapshot!(decided.log[0].message, @"alert 6125: [false, false, false, false, true]");
}

#[test]
fn it_finds_its_facts_on_a_host_whose_contract_has_grown_and_the_host_finds_it() {
    let engine = Engine::new(&Config::new()).unwrap();
    let component = Component::from_binary(&engine, &guest::released()).unwrap();
    let linker = host_of_tomorrow(&engine, &component);

    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let decider = instance.get_export_index(&mut store, None, "quell:plugin/decider@0.1.9");
    let describe = instance
        .get_export_index(&mut store, decider.as_ref(), "describe")
        .unwrap();
    let describe = instance.get_func(&mut store, describe).unwrap();
    let mut description = [Val::Bool(false)];
    describe.call(&mut store, &[], &mut description).unwrap();

    let Val::Record(fields) = &description[0] else {
        panic!("{description:?}")
    };
    assert_eq!(fields[0], ("name".to_owned(), Val::String("released".to_owned())));
}

/// What the plugin imports, in a later version and with a function more in each interface.
fn host_of_tomorrow(engine: &Engine, component: &Component) -> Linker<()> {
    let mut linker = Linker::new(engine);
    for (name, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(interface) = item.ty else {
            panic!("{name} is no interface")
        };
        let (interface_name, version) = name.split_once('@').unwrap();
        assert_eq!(version, "0.1.0");
        let mut instance = linker.instance(&format!("{interface_name}@0.1.9")).unwrap();
        let functions = interface
            .exports(engine)
            .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)));
        for function in functions.map(|(function, _)| function).chain(["get-weather"]) {
            instance.func_new(function, |_, _, _, _| Ok(())).unwrap();
        }
    }
    linker
}
