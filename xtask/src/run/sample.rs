//! What the hub says about the sample organization that it made.

use anyhow::{Context, Result};
use serde_json::Value;

/// The sample organization, as far as the task needs it.
#[derive(Debug, PartialEq, Eq)]
pub struct Sample {
    /// Whose window is opened.
    pub agent: Member,
    /// Who can sign in to a second one.
    pub manager: Member,
    /// The web chats, the one of the sample site first.
    pub channels: Vec<Channel>,
}

/// A member and how to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// As the others see it.
    pub name: String,
    /// What the sign-in asks for.
    pub email: String,
    /// And the other thing that it asks for.
    pub password: String,
}

/// A web chat.
#[derive(Debug, PartialEq, Eq)]
pub struct Channel {
    /// As the members see it.
    pub name: String,
    /// As a customer's page names it.
    pub public_id: String,
}

impl Sample {
    /// From what `deskbell-hub sample` printed.
    pub fn parse(printed: &str) -> Result<Sample> {
        let made: Value = serde_json::from_str(printed).context("what the hub printed is not JSON")?;
        let members = list(&made, "members")?;
        let channels = list(&made, "channels")?
            .iter()
            .map(|channel| Ok(Channel { name: text(channel, "name")?, public_id: text(channel, "public_id")? }))
            .collect::<Result<Vec<_>>>()?;
        if channels.is_empty() {
            anyhow::bail!("the sample organization has no web chat");
        }
        Ok(Sample { agent: with_role(members, "agent")?, manager: with_role(members, "manager")?, channels })
    }
}

fn with_role(members: &[Value], role: &str) -> Result<Member> {
    let member = members.iter().find(|member| member["role"] == role);
    let member = member.with_context(|| format!("the sample organization has no {role}"))?;
    Ok(Member { name: text(member, "name")?, email: text(member, "email")?, password: text(member, "password")? })
}

fn list<'v>(value: &'v Value, name: &str) -> Result<&'v [Value]> {
    value[name].as_array().map(Vec::as_slice).with_context(|| format!("the sample organization has no {name}"))
}

fn text(value: &Value, name: &str) -> Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing in the sample organization"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_agent_and_the_first_manager_are_taken() {
        let sample = Sample::parse(
            r#"{"members": [
                {"name": "Ada", "email": "ada@example.com", "role": "admin", "password": "a"},
                {"name": "Mia", "email": "mia@example.com", "role": "manager", "password": "m"},
                {"name": "Ana", "email": "ana@example.com", "role": "agent", "password": "n"},
                {"name": "Ben", "email": "ben@example.com", "role": "agent", "password": "b"}],
               "channels": [{"name": "Shop", "public_id": "abc", "inbox": "Sales"}]}"#,
        )
        .unwrap();
        assert_eq!(sample.agent.name, "Ana");
        assert_eq!(sample.manager.email, "mia@example.com");
        assert_eq!(sample.channels[0].public_id, "abc");
    }

    #[test]
    fn what_is_missing_is_named() {
        let told = |printed: &str| format!("{:#}", Sample::parse(printed).unwrap_err());
        assert!(told("listening").contains("not JSON"));
        assert!(told(r#"{"members": [], "channels": []}"#).contains("no web chat"));
        assert!(told(r#"{"members": [], "channels": [{"name": "Shop"}]}"#).contains("public_id"));
        assert!(told(r#"{"members": [], "channels": [{"name": "a", "public_id": "b"}]}"#).contains("no agent"));
    }
}
