public import PageCache

extension Extent {
  /// What is so of it beside its kind.
  public var marks: [String] { (isShared ? ["shared"] : []) + (isEncoded ? ["encoded"] : []) }
}
