package fakeaws

import (
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// sts says whose an access key is.
type sts struct{ w *World }

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

func (s *sts) Open(req *wire.Request) *wire.Error {
	_, err := wire.OpenQuery(req, map[string][]string{"GetCallerIdentity": {}})
	return err
}

// permissions are none: IAM allows the operation to every caller, and cannot deny it (AWS STS API Reference,
// "GetCallerIdentity").
func (s *sts) Permissions(*wire.Request) []wire.Permission { return nil }

func (s *sts) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	who := callerIdentity{Arn: s.w.k.ARN("iam", "", "user/administrator"), UserId: "AIDAADMINISTRATOR", Account: s.w.k.Account}
	if req.AccessKey != Administrator {
		r := s.w.iam.keys[req.AccessKey]
		if r == nil {
			return nil, errUnknownKey
		}
		who.Arn = sessionOf(r.arn)
		who.UserId = strings.Replace(r.key, "ASIA", "AROA", 1) + ":session"
	}
	return wire.QueryResponse(req, stsNamespace, who), nil
}

// callerIdentity is the result, with its members in the order of the API reference.
type callerIdentity struct{ Arn, UserId, Account string }

func (s *sts) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return wire.QueryError(req, stsNamespace, err)
}
