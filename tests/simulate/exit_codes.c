/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints both tables of agent/ocf_exit.c, a line each: "failure CODE start validate reload" and
 * "state NAME monitor probe standby stop", for the tests that ask Pacemaker what it makes of them.
 */
#include <stdio.h>

#include "ocf_exit.h"

int
main(void)
{
	for (int status = 1; status < STATUS_COUNT; status++) {
		printf("failure %s", status_code((enum status)status));
		for (int doing = 0; doing < OCF_DOING_COUNT; doing++)
			printf(" %d",
				ocf_code_of_failure((enum status)status, (enum ocf_doing)doing));
		putchar('\n');
	}
	for (int state = 0; state < STATE_COUNT; state++) {
		printf("state %s", state_word((enum state)state));
		for (int asking = 0; asking < OCF_ASKING_COUNT; asking++)
			printf(" %d",
				ocf_code_of_state((enum state)state, (enum ocf_asking)asking));
		putchar('\n');
	}
	return 0;
}
