package main

import (
	"context"
	"slices"
	"time"

	"k8s.io/client-go/tools/cache"
)

// informer is a SharedIndexInformer without a watch: objects are put into it, and every handler has seen the change
// when the call returns. The scheduler's own event handlers and assume caches hang on it, so that a test needs no
// waiting and the order of objects is that of the file.
type informer struct {
	store    *orderedIndexer
	handlers []cache.ResourceEventHandler
}

var _ cache.SharedIndexInformer = &informer{}

func newInformer() *informer {
	indexers := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	return &informer{store: &orderedIndexer{Indexer: cache.NewIndexer(cache.MetaNamespaceKeyFunc, indexers)}}
}

func (i *informer) add(obj any) {
	must(i.store.Add(obj))
	for _, handler := range i.handlers {
		handler.OnAdd(obj, true)
	}
}

func (i *informer) update(old, obj any) {
	must(i.store.Update(obj))
	for _, handler := range i.handlers {
		handler.OnUpdate(old, obj)
	}
}

func (i *informer) remove(obj any) {
	must(i.store.Delete(obj))
	for _, handler := range i.handlers {
		handler.OnDelete(obj)
	}
}

func (i *informer) AddEventHandler(handler cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	i.handlers = append(i.handlers, handler)
	for _, obj := range i.store.List() {
		handler.OnAdd(obj, true)
	}
	return synced{}, nil
}

func (i *informer) AddEventHandlerWithResyncPeriod(handler cache.ResourceEventHandler, _ time.Duration) (cache.ResourceEventHandlerRegistration, error) {
	return i.AddEventHandler(handler)
}

func (i *informer) AddEventHandlerWithOptions(handler cache.ResourceEventHandler, _ cache.HandlerOptions) (cache.ResourceEventHandlerRegistration, error) {
	return i.AddEventHandler(handler)
}

func (i *informer) RemoveEventHandler(cache.ResourceEventHandlerRegistration) error { return nil }
func (i *informer) GetStore() cache.Store                                           { return i.store }
func (i *informer) GetIndexer() cache.Indexer                                       { return i.store }
func (i *informer) AddIndexers(indexers cache.Indexers) error                       { return i.store.AddIndexers(indexers) }
func (i *informer) GetController() cache.Controller                                 { return nil }
func (i *informer) Run(<-chan struct{})                                             {}
func (i *informer) RunWithContext(context.Context)                                  {}
func (i *informer) HasSynced() bool                                                 { return true }
func (i *informer) HasSyncedChecker() cache.DoneChecker                             { return synced{} }
func (i *informer) LastSyncResourceVersion() string                                 { return "1" }
func (i *informer) SetWatchErrorHandler(cache.WatchErrorHandler) error              { return nil }
func (i *informer) SetWatchErrorHandlerWithContext(cache.WatchErrorHandlerWithContext) error {
	return nil
}
func (i *informer) SetTransform(cache.TransformFunc) error { return nil }
func (i *informer) IsStopped() bool                        { return false }

// synced is the registration and the checker of something that is always in sync.
type synced struct{}

var closed = func() chan struct{} { done := make(chan struct{}); close(done); return done }()

func (synced) HasSynced() bool                     { return true }
func (synced) HasSyncedChecker() cache.DoneChecker { return synced{} }
func (synced) Name() string                        { return "synced" }
func (synced) Done() <-chan struct{}               { return closed }

// orderedIndexer lists objects in the order in which they came. A plain one lists them in the random order of a Go map,
// and the scheduler's treatment of several disruption budgets for one pod depends on that order.
type orderedIndexer struct {
	cache.Indexer
	keys []string
}

func (o *orderedIndexer) Add(obj any) error {
	key, err := cache.MetaNamespaceKeyFunc(obj)
	if err != nil {
		return err
	}
	if _, exists, _ := o.Indexer.GetByKey(key); !exists {
		o.keys = append(o.keys, key)
	}
	return o.Indexer.Add(obj)
}

func (o *orderedIndexer) Delete(obj any) error {
	key, err := cache.MetaNamespaceKeyFunc(obj)
	if err != nil {
		return err
	}
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
	return o.Indexer.Delete(obj)
}

func (o *orderedIndexer) List() []any {
	objects := make([]any, 0, len(o.keys))
	for _, key := range o.keys {
		if obj, exists, _ := o.Indexer.GetByKey(key); exists {
			objects = append(objects, obj)
		}
	}
	return objects
}
