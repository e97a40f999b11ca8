// Oracle answers what Kubernetes' own scheduler makes of plain manifests: verdicts, reasons, scores, preemption. The
// tests hold the project's model of the scheduler against it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

const usage = `oracle explain FILE...
    One line of JSON for each file: every pending pod judged on its own against the placed ones.
oracle sequence FILE --choices CHOICES [--adaptive]
    The pod of each choice explained, then the choice made so. CHOICES is JSON: a list of {pod, node},
    {pod, nominated, victims} or {pod}. A choice that the scheduler could not have made has a problem.
oracle replay FILE --choices CHOICES [--adaptive]
    The same, fast: only counts, and the first problems.
    --adaptive samples nodes as the scheduler does by default, with one worker.
oracle bench [--case plain|service|spread|anti-affinity|affinity] [--nodes N] [--placed N] [--pods N]
oracle bench --case stream [--pods N] FILE
    The scheduler's own loop with its defaults, timed.
FILE is JSON: objects, or Lists of them, one after another. - is standard input.
`

// Exit codes: 2 for input that no API server would accept, 70 for an answer that the scheduler itself contradicts.
const (
	exitInput    = 2
	exitInternal = 70
)

func main() {
	klog.SetLogger(logr.Discard())
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		if errors.Is(err, errDisagreement) {
			os.Exit(exitInternal)
		}
		os.Exit(exitInput)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("usage:\n" + usage)
	}
	switch args[0] {
	case "explain":
		return explainFiles(args[1:])
	case "sequence":
		return followFile(args[1:], func(c *cluster, choices []choice) (any, error) { return sequence(c, choices) })
	case "replay":
		return followFile(args[1:], func(c *cluster, choices []choice) (any, error) { return replay(c, choices) })
	case "bench":
		return bench(args[1:])
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

// followFile takes `FILE --choices CHOICES [--adaptive]`, in any order.
func followFile(args []string, do func(*cluster, []choice) (any, error)) error {
	flags := flag.NewFlagSet("choices", flag.ContinueOnError)
	from := flags.String("choices", "", "a file of choices")
	adaptive := flags.Bool("adaptive", false, "sample nodes as the scheduler does by default")
	var files []string
	for rest := args; len(rest) > 0; {
		if err := flags.Parse(rest); err != nil {
			return err
		}
		if rest = flags.Args(); len(rest) > 0 {
			files, rest = append(files, rest[0]), rest[1:]
		}
	}
	if len(files) != 1 || *from == "" {
		return errors.New("usage:\n" + usage)
	}
	how := exhaustive
	if *adaptive {
		how.percentageOfNodesToScore = 0
	}
	c, err := loadCluster(files[0], how)
	if err != nil {
		return fmt.Errorf("%s: %w", files[0], err)
	}
	if *adaptive {
		c.window = &window{}
	}
	choices, err := readChoices(*from)
	if err != nil {
		return err
	}
	answer, err := do(c, choices)
	if err != nil {
		return fmt.Errorf("%s: %w", files[0], err)
	}
	return print(answer)
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

// cut takes `Plugin: message` apart.
func cut(text string) (string, string, bool) { return strings.Cut(text, ": ") }

func must(err error) {
	if err != nil {
		panic(err)
	}
}
