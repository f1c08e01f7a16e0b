//! Hears the number of each request that AWS answers.

use aws_sdk_ec2::{
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeDeserializationInterceptorContextRef},
    error::BoxError,
};

use crate::cloud::RequestId;

/// The headers in which AWS's services say it.
const HEADERS: [&str; 2] = ["x-amzn-requestid", "x-amz-request-id"];

/// Hears them for the task that makes the call.
#[derive(Debug)]
pub(super) struct Answered;

impl Intercept for Answered {
    fn name(&self) -> &'static str {
        "Answered"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        let said = HEADERS.iter().find_map(|name| headers.get(*name));
        RequestId::note(said.and_then(RequestId::said));
        Ok(())
    }
}
