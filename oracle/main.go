// Oracle answers what Kubernetes' own scheduler makes of plain manifests: verdicts, reasons, scores, preemption. The
// tests hold the project's model of the scheduler against it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"k8s.io/klog/v2"
)

const usage = `oracle explain FILE...
    One line of JSON for each file: every pending pod judged on its own against the placed ones.
FILE is JSON: objects, or Lists of them, one after another. - is standard input.
`

// Exit codes: 2 for input that no API server would accept, 70 for an answer that the scheduler itself contradicts.
const (
	exitInput    = 2
	exitInternal = 70
)

func main() {
	klog.LogToStderr(false)
	klog.SetOutput(discard{})
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		if errors.Is(err, errDisagreement) {
			os.Exit(exitInternal)
		}
		os.Exit(exitInput)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("usage:\n" + usage)
	}
	switch args[0] {
	case "explain":
		return explainFiles(args[1:])
	}
	return errors.New("usage:\n" + usage)
}

func explainFiles(paths []string) error {
	for _, path := range paths {
		c, err := loadCluster(path, exhaustive)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		answer, err := explainAll(c)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := print(answer); err != nil {
			return err
		}
	}
	return nil
}

func print(answer any) error {
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return err
	}
	return out.Flush()
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// cut takes `Plugin: message` apart.
func cut(text string) (string, string, bool) { return strings.Cut(text, ": ") }

func must(err error) {
	if err != nil {
		panic(err)
	}
}
