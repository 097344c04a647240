import PageCache

extension Extent {
  /// What is so of it beside its kind.
  package var marks: [String] { (isShared ? ["shared"] : []) + (isEncoded ? ["encoded"] : []) }
}
