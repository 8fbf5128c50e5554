package fakeaws

type sns struct{ w *World }

func newSNS(w *World) *sns { return &sns{w: w} }

func (s *sns) open(req *Request) *APIError                { return errUnknownOperation(req) }
func (s *sns) permissions(req *Request) []Permission      { return nil }
func (s *sns) serve(req *Request) (*Response, *APIError)  { return nil, errUnknownOperation(req) }
func (s *sns) fail(req *Request, err *APIError) *Response { return plainError(req, err) }
