package fakeaws

// route53 is Amazon Route 53.
type route53 struct{ w *World }

func newRoute53(w *World) *route53 { return &route53{w: w} }

func (r *route53) open(req *Request) *APIError                { return errUnknownOperation(req) }
func (r *route53) permissions(*Request) []Permission          { return nil }
func (r *route53) serve(req *Request) (*Response, *APIError)  { return nil, errUnknownOperation(req) }
func (r *route53) fail(req *Request, err *APIError) *Response { return plainError(req, err) }
