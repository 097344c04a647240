import RangedMmap

// An Optional takes a range over, and says so.
#if TWIN
func keep(_ range: consuming AllocatedRange) -> AllocatedRange? {
  var kept: AllocatedRange?
  kept = consume range
  return kept.take()
}
#else
func keep(_ range: consuming AllocatedRange) -> AllocatedRange? {
  var kept: AllocatedRange?
  kept = range
  // expected-error@-1 {{implicit conversion to 'AllocatedRange?' (aka 'Optional<PageRange<Allocated>>') is consuming}}
  // expected-note@-2 {{add 'consume' to make consumption explicit}}
  return kept.take()
}
#endif
