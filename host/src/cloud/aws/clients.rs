//! The clients of AWS's services in one account and region, each made when it is first asked for.

use std::sync::OnceLock;

use aws_config::SdkConfig;

use super::answered::Answered;

/// The clients of one place.
pub(super) struct Clients {
    config: SdkConfig,
    ec2: OnceLock<aws_sdk_ec2::Client>,
    scaling: OnceLock<aws_sdk_autoscaling::Client>,
    balancing: OnceLock<aws_sdk_elasticloadbalancingv2::Client>,
    quotas: OnceLock<aws_sdk_servicequotas::Client>,
    sts: OnceLock<aws_sdk_sts::Client>,
}

impl Clients {
    /// With these credentials and end points.
    pub(super) fn new(config: SdkConfig) -> Self {
        Self {
            config,
            ec2: OnceLock::new(),
            scaling: OnceLock::new(),
            balancing: OnceLock::new(),
            quotas: OnceLock::new(),
            sts: OnceLock::new(),
        }
    }

    /// Instances, network ACLs, security groups.
    pub(super) fn ec2(&self) -> &aws_sdk_ec2::Client {
        self.ec2.get_or_init(|| {
            let config = aws_sdk_ec2::config::Builder::from(&self.config).interceptor(Answered);
            aws_sdk_ec2::Client::from_conf(config.build())
        })
    }

    /// Auto Scaling groups.
    pub(super) fn scaling(&self) -> &aws_sdk_autoscaling::Client {
        self.scaling.get_or_init(|| {
            let config = aws_sdk_autoscaling::config::Builder::from(&self.config).interceptor(Answered);
            aws_sdk_autoscaling::Client::from_conf(config.build())
        })
    }

    /// Load balancers.
    pub(super) fn balancing(&self) -> &aws_sdk_elasticloadbalancingv2::Client {
        self.balancing
            .get_or_init(|| aws_sdk_elasticloadbalancingv2::Client::new(&self.config))
    }

    /// Quotas.
    pub(super) fn quotas(&self) -> &aws_sdk_servicequotas::Client {
        self.quotas
            .get_or_init(|| aws_sdk_servicequotas::Client::new(&self.config))
    }

    /// Who calls.
    pub(super) fn sts(&self) -> &aws_sdk_sts::Client {
        self.sts.get_or_init(|| aws_sdk_sts::Client::new(&self.config))
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn made(&self) -> usize {
        [
            self.ec2.get().is_some(),
            self.scaling.get().is_some(),
            self.balancing.get().is_some(),
            self.quotas.get().is_some(),
            self.sts.get().is_some(),
        ]
        .into_iter()
        .filter(|made| *made)
        .count()
    }
}
