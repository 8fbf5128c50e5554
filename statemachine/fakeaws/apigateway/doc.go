// Package apigateway is Amazon API Gateway: HTTP APIs with the stage $default, whose routes invoke Lambda functions with events
// of the payload format 2.0.
//
// All APIs are behind the one address of the simulator, so a request names its API by the host that AWS would give it, or
// by the first part of its path. Calls are signed for the service execute-api; routes with the authorization NONE take
// unsigned requests ([Service.Unsigned]). See API-1 in docs/fidelity.md.
package apigateway
