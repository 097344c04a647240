import RangedMmap

// A closure that escapes takes no writer with it.
#if TWIN
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in run { writer.append(1) } }
}
func run(_ body: () -> Void) { body() }
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in keep { writer.append(1) } }
  // expected-error@-1 {{lifetime-dependent variable 'writer' escapes its scope}}
  // expected-note@-2 {{it depends on the lifetime of argument 'writer'}}
  // expected-note@-3 {{this use causes the lifetime-dependent value to escape}}
}
func keep(_ body: @escaping () -> Void) {}
#endif
