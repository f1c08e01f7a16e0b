//! The contract as TypeScript types, with its documentation, for the editors of authors in JavaScript.

use std::{fmt::Write, path::Path};

use wit_parser::{Docs, Function, Handle, Resolve, Type, TypeDef, TypeDefKind, TypeId};

const HEAD: &str = "\
// The contract between Quell and its plugins, made from the files in `wit/`. Not to be edited: `INSTA_UPDATE=always cargo test --test languages`
// writes it anew. Times, which the contract has as 64-bit integers, are numbers here.
";

/// What the contract has no names for.
const TAIL: &str = "\
/** The name of an action. */
export type ActionName = Action['tag'];

/** Why the host has no answer. */
export type FactErrorKind = FactError['tag'];

/** Why a plugin could not decide. */
export type FailureKind = Failure['tag'];
";

/// The whole file.
pub(crate) fn contract() -> String {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit"))
        .unwrap();
    let mut text = HEAD.to_owned();
    for interface in ["types", "facts"] {
        let interface = &resolve.interfaces[resolve.packages[package].interfaces[interface]];
        let own = interface.types.values().map(|id| (*id, &resolve.types[*id]));
        // A type that another interface is the owner of is a name for it only.
        for (_, definition) in own.filter(|(id, _)| !is_borrowed(&resolve, *id)) {
            text.push('\n');
            declare(&mut text, &resolve, definition);
        }
        if !interface.functions.is_empty() {
            functions(&mut text, &resolve, &interface.docs, interface.functions.values());
        }
    }
    text + "\n" + TAIL
}

fn is_borrowed(resolve: &Resolve, id: TypeId) -> bool {
    matches!(resolve.types[id].kind, TypeDefKind::Type(Type::Id(_)))
}

fn declare(text: &mut String, resolve: &Resolve, definition: &TypeDef) {
    let name = upper(definition.name.as_deref().unwrap());
    docs(text, "", &definition.docs);
    match &definition.kind {
        TypeDefKind::Record(record) => {
            writeln!(text, "export interface {name} {{").unwrap();
            for field in &record.fields {
                docs(text, "  ", &field.docs);
                let optional =
                    matches!(&field.ty, Type::Id(id) if matches!(resolve.types[*id].kind, TypeDefKind::Option(_)));
                let mark = if optional { "?" } else { "" };
                writeln!(text, "  {}{mark}: {};", lower(&field.name), named(resolve, &field.ty)).unwrap();
            }
            text.push_str("}\n");
        }
        TypeDefKind::Variant(variant) => {
            writeln!(text, "export type {name} =").unwrap();
            for case in &variant.cases {
                docs(text, "  ", &case.docs);
                let value = case.ty.as_ref().map(|ty| format!("; val: {}", named(resolve, ty)));
                writeln!(text, "  | {{ tag: '{}'{} }}", case.name, value.unwrap_or_default()).unwrap();
            }
            end(text);
        }
        TypeDefKind::Enum(of) => {
            writeln!(text, "export type {name} =").unwrap();
            for case in &of.cases {
                docs(text, "  ", &case.docs);
                writeln!(text, "  | '{}'", case.name).unwrap();
            }
            end(text);
        }
        TypeDefKind::Type(other) => writeln!(text, "export type {name} = {};", named(resolve, other)).unwrap(),
        other => panic!("the contract has a new kind of type: {other:?}"),
    }
}

/// The questions that a plugin may ask, as the wrapper offers them: without `get-`, and an error is thrown.
fn functions<'a>(text: &mut String, resolve: &Resolve, about: &Docs, functions: impl Iterator<Item = &'a Function>) {
    let asked = |function: &Function| function.name.strip_prefix("get-").unwrap().to_owned();
    let functions: Vec<_> = functions.collect();
    text.push('\n');
    docs(text, "", about);
    text.push_str("export interface Facts {\n");
    for function in &functions {
        docs(text, "  ", &function.docs);
        let params = function
            .params
            .iter()
            .map(|param| format!("{}: {}", lower(&param.name), named(resolve, &param.ty)));
        let params = params.collect::<Vec<_>>().join(", ");
        let answer = named(resolve, function.result.as_ref().unwrap());
        writeln!(text, "  {}({params}): {answer};", lower(&asked(function))).unwrap();
    }
    text.push_str("}\n\n/** The name of a fact. */\nexport type FactName =\n");
    for function in &functions {
        writeln!(text, "  | '{}'", asked(function)).unwrap();
    }
    end(text);
}

/// Ends a union.
fn end(text: &mut String) {
    text.pop();
    text.push_str(";\n");
}

fn docs(text: &mut String, indent: &str, docs: &Docs) {
    let Some(docs) = docs.contents.as_deref().map(str::trim_end) else {
        return;
    };
    if docs.contains('\n') {
        writeln!(text, "{indent}/**").unwrap();
        for line in docs.lines() {
            writeln!(text, "{}", format!("{indent} * {line}").trim_end()).unwrap();
        }
        writeln!(text, "{indent} */").unwrap();
    } else {
        writeln!(text, "{indent}/** {docs} */").unwrap();
    }
}

/// How a type is written where it is used.
fn named(resolve: &Resolve, ty: &Type) -> String {
    let id = match ty {
        Type::Bool => return "boolean".to_owned(),
        Type::String => return "string".to_owned(),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::S32 => return "number".to_owned(),
        Type::Id(id) => id,
        other => panic!("the contract has a new type: {other:?}"),
    };
    let definition = &resolve.types[*id];
    match (&definition.name, &definition.kind) {
        (Some(name), _) => upper(name),
        (None, TypeDefKind::List(item)) => format!("{}[]", named(resolve, item)),
        (None, TypeDefKind::Option(value)) => named(resolve, value),
        (None, TypeDefKind::Result(result)) => named(resolve, result.ok.as_ref().unwrap()),
        (None, TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_))) => panic!("the contract has no resources"),
        (None, other) => panic!("the contract has a new kind of type: {other:?}"),
    }
}

fn upper(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(word).collect()
}

fn lower(name: &str) -> String {
    let upper = upper(name);
    upper[..1].to_lowercase() + &upper[1..]
}
