package iam

import (
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// STS is AWS Security Token Service: it says to which role an access key belongs.
type STS struct{ iam *Service }

// STS returns the service that answers for sts.
func (i *Service) STS() STS { return STS{i} }

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// Open finds the operation of a request and decodes its parameters.
func (s STS) Open(req *wire.Request) *wire.Error {
	_, err := wire.OpenForm(req, map[string]wire.Structure{"GetCallerIdentity": {}}, "ValidationError")
	return err
}

// Permissions are none: IAM allows the operation to every caller, and cannot deny it (AWS STS API Reference,
// "GetCallerIdentity").
func (s STS) Permissions(*wire.Request) []wire.Permission { return nil }

// Serve performs a request.
func (s STS) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	who := callerIdentity{Arn: s.iam.k.ARN("iam", "", "user/administrator"), UserId: "AIDAADMINISTRATOR", Account: s.iam.k.Account}
	if req.AccessKey != Administrator {
		r := s.iam.keys[req.AccessKey]
		if r == nil {
			return nil, errUnknownKey
		}
		who.Arn = SessionOf(r.arn)
		who.UserId = strings.Replace(r.key, "ASIA", "AROA", 1) + ":session"
	}
	return wire.QueryResponse(req, stsNamespace, who), nil
}

// callerIdentity is the result, with its members in the order of the API reference.
type callerIdentity struct{ Arn, UserId, Account string }

// Fail writes an error.
func (s STS) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return wire.QueryError(req, stsNamespace, err)
}
