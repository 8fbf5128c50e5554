package fakeaws

type rds struct{ w *World }

func newRDS(w *World) *rds { return &rds{w: w} }

func (s *rds) open(req *Request) *APIError                { return errUnknownOperation(req) }
func (s *rds) permissions(req *Request) []Permission      { return nil }
func (s *rds) serve(req *Request) (*Response, *APIError)  { return nil, errUnknownOperation(req) }
func (s *rds) fail(req *Request, err *APIError) *Response { return plainError(req, err) }

func (s *rds) regionChanged(name string, dark bool) {}

// writer returns the Region of the global cluster's writer, and whether it can write.
func (s *rds) writer(globalCluster string) (region string, available bool) { return "", false }
