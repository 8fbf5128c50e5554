package lambdahost

import (
	"fmt"
	"io"
	"os"
)

// maxLog is the limit of the kept output of one invocation.
const maxLog = 64 << 10

// logFile collects what a process writes. It is a file, not a pipe: what the process has written before its answer can
// be read at once, without waiting for a reader.
type logFile struct {
	file *os.File
	read int64
}

func newLogFile() (*logFile, error) {
	file, err := os.CreateTemp("", "lambda-log-")
	if err != nil {
		return nil, fmt.Errorf("create a file for the function's output: %w", err)
	}
	_ = os.Remove(file.Name()) // the open file is enough, and no file remains
	return &logFile{file: file}, nil
}

// take returns what was written since the previous call.
func (l *logFile) take() string {
	size, err := l.file.Seek(0, io.SeekCurrent)
	if err != nil || size <= l.read {
		return ""
	}
	text := make([]byte, min(size-l.read, maxLog))
	n, _ := l.file.ReadAt(text, l.read) // a part of it is better than none
	l.read = size
	return string(text[:n])
}

func (l *logFile) close() { _ = l.file.Close() }
