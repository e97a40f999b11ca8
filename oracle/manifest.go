package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// manifests are the objects of one file by kind, each kind in the order of the file.
type manifests map[string][]runtime.Object

// strict refuses unknown and duplicate fields, as kubectl does.
var strict = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDeserializer()

type typeMeta struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Items      []json.RawMessage `json:"items"`
}

// readManifests reads a file (`-` is standard input) of JSON documents: objects, or Lists of them.
func readManifests(path string) (manifests, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	objects := manifests{}
	decoder := json.NewDecoder(bytes.NewReader(content))
	for {
		var document json.RawMessage
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
		if err := objects.read(document); err != nil {
			return nil, err
		}
	}
}

func readFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(path)
}

func (m manifests) read(document []byte) error {
	var head typeMeta
	if err := json.Unmarshal(document, &head); err != nil {
		return fmt.Errorf("not an object: %w", err)
	}
	if head.Kind == "List" {
		for _, item := range head.Items {
			if err := m.read(item); err != nil {
				return err
			}
		}
		return nil
	}
	k, known := kindNamed(head.Kind)
	if !known || k.version != head.APIVersion {
		// Deployments, ConfigMaps, custom resources: nothing the scheduler looks at.
		return nil
	}
	obj, _, err := strict.Decode(document, nil, nil)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", describe(document, head.Kind), err)
	}
	if _, err := meta.Accessor(obj); err != nil {
		return err
	}
	m[head.Kind] = append(m[head.Kind], obj)
	return nil
}

func describe(document []byte, kind string) string {
	var named struct {
		Metadata struct{ Namespace, Name string } `json:"metadata"`
	}
	_ = json.Unmarshal(document, &named)
	return fmt.Sprintf("%s %s/%s", kind, named.Metadata.Namespace, named.Metadata.Name)
}
