// Package iam is AWS Identity and Access Management, and STS. Every request is made by a role, and what the policies of the
// role do not allow is AccessDenied, as in the account.
//
// A [Service] holds roles with their policy documents and trust policies. The front door asks it about each request of a
// caller ([Service.Allow]); services that act in the name of a role ask whether they may assume it, and whether the role
// may do what they are about to do ([Service.AllowService]).
//
// It evaluates identity-based policies and trust policies. There are no users, no resource-based policies, no permission
// boundaries and no session policies (IAM-1 in docs/fidelity.md). A policy element that it cannot evaluate is an error that names
// it: to ignore the element would be to allow or deny something else than AWS.
package iam
