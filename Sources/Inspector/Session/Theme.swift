/// On what kind of ground the screen is shown.
package enum Theme: String, Sendable, CaseIterable {
  /// A dark ground.
  case dark
  /// A light ground.
  case light
  /// Black, with colours that stand out most.
  case contrast
}
