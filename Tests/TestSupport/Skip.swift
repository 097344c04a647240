public import Testing

/// Ends a test, or one of its cases, that can't show here what it is about.
///
/// The runner counts a case that is cancelled among those that passed, and prints nothing: it gets a warning.
public func skip(_ why: Comment, _ location: SourceLocation = #_sourceLocation) throws -> Never {
  if Test.Case.current?.isParameterized == true {
    Issue.record("this case is skipped: \(why)", severity: .warning, sourceLocation: location)
  }
  try Test.cancel(why, sourceLocation: location)
}
