package lambdahost

import (
	"fmt"
	"io"
	"os"
)

// maxLog bounds what is kept of the output of one invocation.
const maxLog = 64 << 10

// logFile collects what a process writes. It is a file, not a pipe: what the process has written before it answers is
// there when the answer is, without waiting for a reader to catch up.
type logFile struct {
	file *os.File
	read int64
}

func newLogFile() (*logFile, error) {
	file, err := os.CreateTemp("", "lambda-log-")
	if err != nil {
		return nil, fmt.Errorf("create a file for the function's output: %w", err)
	}
	_ = os.Remove(file.Name()) // the open file is enough, and nothing is left behind whatever happens
	return &logFile{file: file}, nil
}

// take returns what was written since it was last called.
func (l *logFile) take() string {
	size, err := l.file.Seek(0, io.SeekCurrent)
	if err != nil || size <= l.read {
		return ""
	}
	text := make([]byte, min(size-l.read, maxLog))
	n, _ := l.file.ReadAt(text, l.read) // what can be read of it is worth having
	l.read = size
	return string(text[:n])
}

func (l *logFile) close() { _ = l.file.Close() }
