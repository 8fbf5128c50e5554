package fakeaws

import "strings"

// sts says whose an access key is.
type sts struct{ w *World }

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

func (s *sts) open(req *Request) *APIError {
	_, err := openQuery(req, map[string][]string{"GetCallerIdentity": {}})
	return err
}

// permissions are none: IAM allows the operation to every caller, and cannot deny it (AWS STS API Reference,
// "GetCallerIdentity").
func (s *sts) permissions(*Request) []Permission { return nil }

func (s *sts) serve(req *Request) (*Response, *APIError) {
	who := callerIdentity{Arn: s.w.arn("iam", "", "user/administrator"), UserId: "AIDAADMINISTRATOR", Account: s.w.Account}
	if req.AccessKey != Administrator {
		r := s.w.iam.keys[req.AccessKey]
		if r == nil {
			return nil, errUnknownKey
		}
		who.Arn = sessionOf(r.arn)
		who.UserId = strings.Replace(r.key, "ASIA", "AROA", 1) + ":session"
	}
	return queryResponse(req, stsNamespace, who), nil
}

// callerIdentity is the result, with its members in the order of the API reference.
type callerIdentity struct{ Arn, UserId, Account string }

func (s *sts) fail(req *Request, err *APIError) *Response { return queryError(req, stsNamespace, err) }
