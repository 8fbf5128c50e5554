package fakeaws

type s3 struct{ w *World }

func newS3(w *World) *s3 { return &s3{w: w} }

func (s *s3) open(req *Request) *APIError                { return errUnknownOperation(req) }
func (s *s3) permissions(req *Request) []Permission      { return nil }
func (s *s3) serve(req *Request) (*Response, *APIError)  { return nil, errUnknownOperation(req) }
func (s *s3) fail(req *Request, err *APIError) *Response { return plainError(req, err) }
