//! How much of the host's memory an answer takes, counted as wasmtime counts what a plugin passes.

use crate::sandbox::bindings::quell::plugin::types;

/// Something that a plugin passes to the host.
pub(in crate::sandbox) trait Passed {
    /// The bytes of its texts, and of the items of its lists, beside its own size.
    fn passed_bytes(&self) -> usize;
}

impl Passed for String {
    fn passed_bytes(&self) -> usize {
        self.len()
    }
}

impl Passed for () {
    fn passed_bytes(&self) -> usize {
        0
    }
}

impl<T: Passed> Passed for Vec<T> {
    fn passed_bytes(&self) -> usize {
        let items: usize = self.iter().map(T::passed_bytes).sum();
        size_of_val(self.as_slice()) + items
    }
}

impl<T: Passed, E: Passed> Passed for Result<T, E> {
    fn passed_bytes(&self) -> usize {
        match self {
            Ok(value) => value.passed_bytes(),
            Err(error) => error.passed_bytes(),
        }
    }
}

/// A record is passed with each of its fields.
macro_rules! record {
    ($record:path { $($field:ident),* }) => {
        impl Passed for $record {
            fn passed_bytes(&self) -> usize {
                0 $(+ self.$field.passed_bytes())*
            }
        }
    };
}

record!(types::Extension { name, value });
record!(types::Description {
    name,
    version,
    summary,
    actions,
    facts,
    settings_schema,
    extensions
});
record!(types::SettingsProblem { path, message });
record!(types::Proposal {
    remediations,
    notes,
    extensions
});
record!(types::Abstention {
    reason,
    notes,
    extensions
});
record!(types::Remediation {
    action,
    reason,
    extensions
});
record!(types::Block { prefix, at, extensions });
record!(types::Isolate {
    instance,
    security_groups,
    extensions
});
record!(types::RevokeIngress {
    security_group,
    protocol,
    peer,
    extensions
});
record!(types::SetInstanceState { instance, extensions });
record!(types::Custom { name, parameters });

impl Passed for types::Decision {
    fn passed_bytes(&self) -> usize {
        match self {
            Self::Remediate(proposal) => proposal.passed_bytes(),
            Self::Nothing(abstention) => abstention.passed_bytes(),
        }
    }
}

impl Passed for types::Failure {
    fn passed_bytes(&self) -> usize {
        let (Self::Settings(text) | Self::Facts(text) | Self::Alert(text) | Self::Other(text)) = self;
        text.len()
    }
}

impl Passed for types::Action {
    fn passed_bytes(&self) -> usize {
        match self {
            Self::Block(block) => block.passed_bytes(),
            Self::Isolate(isolate) => isolate.passed_bytes(),
            Self::RevokeIngress(revoke) => revoke.passed_bytes(),
            Self::SetInstanceState(set) => set.passed_bytes(),
            Self::Custom(custom) => custom.passed_bytes(),
        }
    }
}

impl Passed for types::BlockPlace {
    fn passed_bytes(&self) -> usize {
        let (Self::Instance(id) | Self::Subnet(id) | Self::NetworkAcl(id)) = self;
        id.len()
    }
}
