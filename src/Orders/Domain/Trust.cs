namespace Madang.Orders.Domain;

/// <summary>What a member's trust score is made of.</summary>
/// <param name="Stars">How many shown reviews count with 1, 2, 3, 4 and 5 stars; of one author the latest three.</param>
/// <param name="Deals">Sales and purchases that went through; with one partner three at most.</param>
/// <param name="Failed">Orders that fell through by the member's own doing.</param>
internal sealed record Conduct(IReadOnlyList<int> Stars, int Deals, int Failed);

/// <summary>
/// The trust score, in degrees of a warm body. Good and bad are added up apart and each bends towards its end, so that nobody leaves 0..99.9 and a long good name
/// is neither made nor ruined by one review:
/// 36.5 + 63.4 * g / (g + 60) - 36.5 * b / (b + 12), with g = five stars + 0.5 four stars + 0.2 deals, b = two stars + 2 one star + failed.
/// </summary>
internal static class Trust
{
    public const decimal Start = 36.5m;

    public const decimal Most = 99.9m;

    public static decimal Of(Conduct conduct)
    {
        var good = conduct.Stars[4] + (0.5m * conduct.Stars[3]) + (0.2m * conduct.Deals);
        var bad = conduct.Stars[1] + (2m * conduct.Stars[0]) + conduct.Failed;
        var score = Start + ((Most - Start) * good / (good + 60)) - (Start * bad / (bad + 12));
        return Math.Clamp(Math.Round(score, 1, MidpointRounding.AwayFromZero), 0m, Most);
    }
}
