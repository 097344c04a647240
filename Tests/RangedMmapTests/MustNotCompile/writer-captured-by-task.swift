import RangedMmap

// No task may fill a range while its writer is lent.
#if TWIN
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in
    while writer.remaining > 0 { writer.append(1) }
  }
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in Task { writer.append(1) } }
  // expected-error@-1 {{passing closure as a 'sending' parameter risks causing data races between code in the}}
  // expected-note@-2 {{closure captures 'writer' which is accessible to code in the current task}}
  // expected-error@-3 {{lifetime-dependent variable 'writer' escapes its scope}}
  // expected-note@-4 {{it depends on the lifetime of argument 'writer'}}
  // expected-note@-5 {{this use causes the lifetime-dependent value to escape}}
}
#endif
