package fakeaws

// metrics is Amazon CloudWatch.
type metrics struct{ w *World }

func newMetrics(w *World) *metrics { return &metrics{w: w} }

func (m *metrics) open(req *Request) *APIError                { return errUnknownOperation(req) }
func (m *metrics) permissions(*Request) []Permission          { return nil }
func (m *metrics) serve(req *Request) (*Response, *APIError)  { return nil, errUnknownOperation(req) }
func (m *metrics) fail(req *Request, err *APIError) *Response { return plainError(req, err) }

// put stores one value, as of now.
func (m *metrics) put(region, namespace, name string, dims map[string]string, value float64) {}
