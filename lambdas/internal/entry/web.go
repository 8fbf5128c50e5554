package entry

import (
	"encoding/json"
	"log/slog"
)

// describeWeb says what a request to the API was, and with which status it was answered. The payloads of the steps have
// nothing of it.
func describeWeb(payload, answer []byte) []slog.Attr {
	var request struct {
		Context struct {
			ID   string `json:"requestId"`
			HTTP struct {
				Method string `json:"method"`
				Path   string `json:"path"`
			} `json:"http"`
		} `json:"requestContext"`
	}
	var response struct {
		Status int `json:"statusCode"`
	}
	// What cannot be read says nothing, as with the payload of a step.
	_, _ = json.Unmarshal(payload, &request), json.Unmarshal(answer, &response)
	if request.Context.ID == "" {
		return nil
	}
	return []slog.Attr{
		slog.String("request", request.Context.HTTP.Method+" "+request.Context.HTTP.Path),
		slog.String("requestId", request.Context.ID), slog.Int("status", response.Status),
	}
}
