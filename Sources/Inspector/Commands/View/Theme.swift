struct ThemeAction: ViewAction {
  let theme: Theme

  static let verb = Verb(
    "theme", .choice("theme", Theme.allCases), help: "the screen's colours, for a ground of this kind",
    example: "theme light"
  ) { ThemeAction(theme: $0) }

  var words: [String?] { ["theme", "\(theme)"] }

  func change(_ session: Session) { session.view.theme = theme }
}

package enum Theme: String, Sendable, CaseIterable {
  case dark
  case light
  /// Black, with colours that stand out most.
  case contrast
}
