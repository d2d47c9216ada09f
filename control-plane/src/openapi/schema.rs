//! Schemas that no type has by itself.

use shared::scope::Scope;
use utoipa::openapi::schema::{
    Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type,
};
use utoipa::openapi::{Ref, RefOr};

/// A non-empty set of scopes.
pub(crate) fn scopes() -> Array {
    let description = "What it may do; `admin` may do everything. Duplicates count once.";
    ArrayBuilder::new()
        .items(RefOr::Ref(Ref::from_schema_name("Scope")))
        .min_items(Some(1))
        .description(Some(description))
        .examples([serde_json::json!(["deploy"])])
        .build()
}

/// When a token is to expire.
pub(crate) fn expiry() -> Schema {
    let text = |format, example: &str| {
        let format = Some(SchemaFormat::KnownFormat(format));
        ObjectBuilder::new().schema_type(Type::String).format(format).examples([example]).build()
    };
    let either = OneOfBuilder::new()
        .item(text(KnownFormat::DateTime, "2030-12-31T12:00:00Z"))
        .item(text(KnownFormat::Date, "2030-12-31"))
        .item(Object::with_type(Type::Null))
        .description(Some(
            "When it expires. A date means the end of that day, UTC; the past is refused; null means never. Never later \
             than the caller's own expiry.",
        ))
        .build();
    Schema::OneOf(either)
}

pub(super) fn scope() -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("One thing that a token may be allowed to do."))
        .enum_values(Some(Scope::ALL.map(Scope::name)))
        .into()
}

/// The public name of something, such as `tok_…`.
pub(super) fn id(prefix: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!("^{prefix}[A-Za-z0-9]+$")))
        .max_length(Some(64))
        .build()
}

/// Tokens to revoke.
pub(crate) fn token_ids() -> Array {
    ArrayBuilder::new()
        .items(id("tok_"))
        .min_items(Some(1))
        .max_items(Some(1_000))
        .description(Some("Their ids. Repeated ones count once."))
        .build()
}

/// The body of an error, as [`shared::problem`] writes it.
pub(super) fn problem() -> Schema {
    let text = |words: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(words));
    let count = |words: &str| ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).description(Some(words));
    let errors = ArrayBuilder::new().items(RefOr::Ref(Ref::from_schema_name("FieldError"))).min_items(Some(1));
    ObjectBuilder::new()
        .description(Some("An error (RFC 9457)."))
        .property("type", text("Names the kind of error for programs.").pattern(Some("^https://deplo\\.sh/problems/")))
        .property("title", text("Names the kind of error for people."))
        .property("status", count("The HTTP status."))
        .property("detail", text("What happened and what to do."))
        .property("requestId", text("The answer's `x-request-id`."))
        .property("errors", errors.description(Some("What is wrong with the body or the query, field by field.")))
        .property("limit", count("How many live tokens the plan allows (`plan-limit-reached`)."))
        .property("used", count("How many there are (`plan-limit-reached`)."))
        .required("type")
        .required("title")
        .required("status")
        .required("detail")
        .required("requestId")
        .into()
}

pub(super) fn field_error() -> Schema {
    let text = |words: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(words));
    ObjectBuilder::new()
        .property("pointer", text("A JSON pointer (RFC 6901), or the name of a parameter; empty for the whole of it."))
        .property("detail", text("What is wrong, and what is expected."))
        .required("pointer")
        .required("detail")
        .into()
}
