import RangedMmap

// A tuple holds no range; a struct that is noncopyable itself does.
#if TWIN
struct Named: ~Copyable {
  let name: String
  let range: AllocatedRange
}
func named(_ range: consuming AllocatedRange) -> Named { Named(name: "header", range: range) }
#else
func named(_ range: consuming AllocatedRange) -> (String, AllocatedRange) { ("header", range) }
// expected-error@-1 {{tuple with noncopyable element type 'AllocatedRange' (aka 'PageRange<Allocated>') is not supported}}
// expected-error@-2 {{type '(String, AllocatedRange)'}}
#endif
