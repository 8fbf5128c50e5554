//go:build !unix

package workbound

import "time"

// processorTime is not known here; what is allocated bounds the work.
func processorTime() time.Duration { return 0 }
