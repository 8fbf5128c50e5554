package fakeaws

type dynamodb struct{ w *World }

func newDynamoDB(w *World) *dynamodb { return &dynamodb{w: w} }

func (s *dynamodb) open(req *Request) *APIError                { return errUnknownOperation(req) }
func (s *dynamodb) permissions(req *Request) []Permission      { return nil }
func (s *dynamodb) serve(req *Request) (*Response, *APIError)  { return nil, errUnknownOperation(req) }
func (s *dynamodb) fail(req *Request, err *APIError) *Response { return plainError(req, err) }

func (s *dynamodb) regionChanged(name string, dark bool) {}
