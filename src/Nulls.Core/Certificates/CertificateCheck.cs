namespace Nulls.Certificates;

/// <summary>One thing that a verification looked at, or could not.</summary>
/// <param name="Name">What was looked at, in words such as <c>signature</c>.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Detail">What was found, or what is missing, in a sentence.</param>
public sealed record CertificateCheck(string Name, CertificateCheckOutcome Outcome, string Detail);
