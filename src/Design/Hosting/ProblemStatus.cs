using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Design.Hosting;

internal static class ProblemStatus
{
    /// <summary>The status that a page answers when this was thrown while it was made.</summary>
    public static int Of(Exception error, IEnumerable<OutageRule> outages) => error switch
    {
        FailureException refused => refused.Failure.Status,
        BadHttpRequestException bad => bad.StatusCode,
        _ when BrokenForm.Is(error) => StatusCodes.Status400BadRequest,
        _ when DatabaseUnavailable.Is(error) => StatusCodes.Status503ServiceUnavailable,
        _ => outages.Select(rule => rule.Recognise(error)?.Status).FirstOrDefault(status => status is not null)
            ?? StatusCodes.Status500InternalServerError,
    };
}
